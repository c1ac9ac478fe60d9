import Handlebars from 'handlebars';
import { formatMoney } from '../core/money.ts';
import { BLOCKS, HELPERS } from './template.variables.ts';

/**
 * Running templates. Only our helpers exist, all output is escaped (subject and plain text are not HTML), a missing
 * variable throws. Contact data is only ever a value: nothing of it is compiled.
 */
const engine = Handlebars.create();
for (const name of ['with', 'lookup', 'log', 'helperMissing', 'blockHelperMissing'])
  engine.unregisterHelper(name);

type Data = { locale?: string; timeZone?: string };
type Options = { data?: Data };

const OPTIONS: CompileOptions = {
  strict: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries([...BLOCKS, ...Object.keys(HELPERS)].map((name) => [name, true])),
};

const cache = <K extends string, V>(make: (key: K) => V): ((key: K) => V) => {
  const known = new Map<K, V>();
  return (key) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const made = make(key);
    known.set(key, made);
    return made;
  };
};

const dateFormat = cache((key: string) => {
  const [locale, timeZone, style] = key.split('|');
  const short = style === 'short';
  return new Intl.DateTimeFormat(locale, { dateStyle: short ? 'short' : 'long', timeZone });
});
const pluralRules = cache((locale: string) => new Intl.PluralRules(locale));

/** Forms are given as one/other, or one/few/many (Russian and its like). */
const FORM: Readonly<Record<string, (forms: readonly unknown[]) => unknown>> = {
  one: (forms) => forms[0],
  few: (forms) => forms[1],
  many: (forms) => forms.at(-1),
  other: (forms) => forms.at(-1),
};

engine.registerHelper({
  default: (value: unknown, fallback: unknown) =>
    value === null || value === undefined || value === '' ? fallback : value,
  money: (minor: unknown, currency: unknown, options: Options) =>
    typeof minor === 'number' && typeof currency === 'string'
      ? formatMoney(BigInt(Math.trunc(minor)), currency, options.data?.locale ?? 'en')
      : '',
  date: (value: unknown, ...rest: unknown[]) => {
    const { data } = rest.at(-1) as Options;
    const style = rest.length > 1 && rest[0] === 'short' ? 'short' : 'long';
    const at = value instanceof Date ? value : new Date(typeof value === 'string' ? value : Number.NaN);
    if (Number.isNaN(at.getTime())) return '';
    return dateFormat(`${data?.locale ?? 'en'}|${data?.timeZone ?? 'UTC'}|${style}`).format(at);
  },
  plural: (count: unknown, ...rest: unknown[]) => {
    const { data } = rest.at(-1) as Options;
    const forms = rest.slice(0, -1);
    const rule = pluralRules(data?.locale ?? 'en').select(Number(count));
    return (FORM[rule] ?? FORM['other'])?.(forms);
  },
});

export type Renderable = { subject: string; html: string; text: string };

/** `system` holds what the program itself puts in: addresses of fixed links (l0, l1 …) and of the open pixel (open). */
export type RenderInput = {
  variables: Record<string, unknown>;
  system: Readonly<Record<string, string>>;
  locale: string;
  timeZone: string;
};

export type Renderer = (input: RenderInput) => Renderable;

/** Compiles the three parts once; the renderer then costs some tens of microseconds a message. */
export function compileRenderer(source: Renderable): Renderer {
  const html = engine.compile<unknown>(source.html, OPTIONS);
  const text = engine.compile<unknown>(source.text, { ...OPTIONS, noEscape: true });
  const subject = engine.compile<unknown>(source.subject, { ...OPTIONS, noEscape: true });
  return ({ variables, system, locale, timeZone }) => {
    const data = { ...system, locale, timeZone };
    return {
      subject: headerText(subject(variables, { data })),
      html: html(variables, { data }),
      text: text(variables, { data }),
    };
  };
}

/** A header is one line: whatever a contact's name holds cannot start another. */
function headerText(value: string): string {
  return value
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim()
    .slice(0, 500);
}
