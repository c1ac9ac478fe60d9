import Handlebars from 'handlebars';
import { HELPER_WORK } from './template.helpers.ts';
import { BLOCKS, HELPERS } from './template.variables.ts';

/**
 * Running templates. Only our helpers exist, all output is escaped (subject and plain text are not HTML), a missing
 * variable throws. Contact data is only ever a value: nothing of it is compiled.
 */
const engine = Handlebars.create();
for (const name of ['with', 'lookup', 'log', 'helperMissing', 'blockHelperMissing'])
  engine.unregisterHelper(name);

const OPTIONS: CompileOptions = {
  strict: true,
  knownHelpersOnly: true,
  knownHelpers: Object.fromEntries([...BLOCKS, ...Object.keys(HELPERS)].map((name) => [name, true])),
};

engine.registerHelper(HELPER_WORK);

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
      html: html(variables, { data: { ...data, markup: true } }),
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
