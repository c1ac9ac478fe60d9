import type { FieldError, Values } from './answers.ts';
import type { FormDefinition, FormField, FormLocale } from './contract.ts';
import { markup, paragraphs } from '../../core/html.ts';
import type { Html } from '../../core/html.ts';
import { layout } from './page.layout.ts';
import type { Frame } from './page.layout.ts';
import { PAGE_TEXTS } from './texts.ts';
import { textOf } from './words.ts';

/** The page one fills in. Pure: works without any script, and says at each field what is wrong with it. */

/** Names beside those of the fields, which begin with a letter. */
export const NAMES = {
  token: '_token',
  trap: '_website',
  anonymousId: '_aid',
  version: '_version',
  locale: '_lang',
  page: '_page',
} as const;

export type FormPage = {
  definition: FormDefinition;
  frame: Frame;
  action: string;
  token: string;
  anonymousId: string;
  /** The page around the frame. */
  page: string;
  values: Values;
  /** Keys of the consents ticked before an error; never any at first. */
  ticked: readonly string[];
  errors: readonly FieldError[];
  notice?: 'expired' | 'limited';
};

export function formPage(page: FormPage): string {
  const { definition, frame } = page;
  const texts = PAGE_TEXTS[frame.locale];
  const title = textOf(definition.title, frame.locale);
  return layout(
    frame,
    title === '' ? texts.button : title,
    markup`${title !== '' && markup`<h1>${title}</h1>`}
      ${paragraphs(textOf(definition.intro, frame.locale), 'intro')}
      ${page.notice !== undefined && markup`<p class="notice" role="alert">${texts.notices[page.notice]}</p>`}
      ${page.errors.length > 0 && summary(page)}
      <form method="post" action="${page.action}" accept-charset="utf-8">
        <input type="hidden" name="${NAMES.token}" value="${page.token}" />
        ${page.anonymousId !== '' && markup`<input type="hidden" name="${NAMES.anonymousId}" value="${page.anonymousId}" />`}
        ${page.page !== '' && markup`<input type="hidden" name="${NAMES.page}" value="${page.page}" />`}
        <div class="trap" aria-hidden="true">
          <label
            >Website <input type="text" name="${NAMES.trap}" value="" tabindex="-1" autocomplete="off"
          /></label>
        </div>
        ${definition.fields.map((field) => fieldHtml(page, field))}
        ${definition.consents.length > 0 && markup`<div class="consents">${consentsHtml(page)}</div>`}
        <button type="submit">${textOf(definition.button, frame.locale) || texts.button}</button>
      </form>`,
  );
}

const idOf = (key: string): string => `f-${key}`;

function summary({ definition, frame, errors }: FormPage): Html {
  const texts = PAGE_TEXTS[frame.locale];
  const items = errors.map(
    ({ key, fault }) =>
      markup`<li>
        <a href="#${idOf(key)}">${labelOf(definition, key, frame.locale)}</a>: ${texts.faults[fault]}
      </li>`,
  );
  return markup`<div class="summary" role="alert" tabindex="-1" id="problems">
    <p>${texts.problems}</p>
    <ul>
      ${items}
    </ul>
  </div>`;
}

/** A long consent is named by its beginning. */
const MAX_NAME = 60;

function labelOf({ fields, consents }: FormDefinition, key: string, locale: FormLocale): string {
  const field = fields.find((one) => one.key === key);
  const consent = consents.find((one) => one.key === key);
  const label = textOf(field?.label ?? consent?.text ?? {}, locale);
  return label.length > MAX_NAME ? `${label.slice(0, MAX_NAME).trimEnd()}…` : label;
}

function errorOf(page: FormPage, key: string): Html | null {
  const found = page.errors.find((error) => error.key === key);
  if (found === undefined) return null;
  return markup`<p class="fault" id="${idOf(key)}-fault">
    ${PAGE_TEXTS[page.frame.locale].faults[found.fault]}
  </p>`;
}

function fieldHtml(page: FormPage, field: FormField): Html {
  const { key, type, required } = field;
  const { locale } = page.frame;
  const value = page.values[key];
  if (type === 'hidden')
    return markup`<input
      type="hidden"
      name="${key}"
      value="${typeof value === 'string' ? value : field.value}"
    />`;
  const fault = errorOf(page, key);
  const hint = textOf(field.hint, locale);
  const shared = attributesOf(key, required, fault !== null, hint !== '');
  const label = textOf(field.label, locale);
  if (type === 'checkbox')
    return markup`<div class="field box${fault !== null && ' wrong'}">
      <label><input type="checkbox" value="yes" ${shared}${value === true && markup` checked`}><span>${label}${mark(page, required)}</span></label>
      ${hint !== '' && markup`<p class="hint" id="${idOf(key)}-hint">${hint}</p>`}${fault}
    </div>`;
  return markup`<div class="field${fault !== null && ' wrong'}">
    <label for="${idOf(key)}">${label}${mark(page, required)}</label>
    ${control(page, field, shared, typeof value === 'string' ? value : '')}
    ${hint !== '' && markup`<p class="hint" id="${idOf(key)}-hint">${hint}</p>`}${fault}
  </div>`;
}

const mark = ({ frame }: FormPage, required: boolean): Html =>
  required
    ? markup` <span class="star" aria-hidden="true">*</span>`
    : markup` <span class="soft">(${PAGE_TEXTS[frame.locale].optional})</span>`;

function attributesOf(key: string, required: boolean, wrong: boolean, hinted: boolean): Html {
  const described = [hinted && `${idOf(key)}-hint`, wrong && `${idOf(key)}-fault`].filter(
    (id) => id !== false,
  );
  return markup`id="${idOf(key)}" name="${key}"${required && markup` required`}${wrong && markup` aria-invalid="true"`}${
    described.length > 0 && markup` aria-describedby="${described.join(' ')}"`
  }`;
}

/** What browsers may fill in by themselves, and which keyboard a phone shows. */
const INPUTS = {
  email: markup`type="email" autocomplete="email" inputmode="email"`,
  phone: markup`type="tel" autocomplete="tel" inputmode="tel"`,
  name: markup`type="text" autocomplete="name"`,
  givenName: markup`type="text" autocomplete="given-name"`,
  familyName: markup`type="text" autocomplete="family-name"`,
  text: markup`type="text"`,
} as const;

function control(page: FormPage, field: FormField, shared: Html, value: string): Html {
  const { type, maxLength, options } = field;
  const { locale } = page.frame;
  if (type === 'select')
    return markup`<select ${shared}>
      <option value="">${PAGE_TEXTS[locale].choose}</option>
      ${options.map(
        (one) =>
          markup`<option value="${one.value}" ${one.value === value && markup` selected`}>
            ${textOf(one.label, locale) || one.value}
          </option>`,
      )}
    </select>`;
  if (type === 'textarea')
    // The parser drops one line break after the tag: without this one a value that begins with a break would lose it.
    return markup`<textarea ${shared} rows="4" maxlength="${maxLength}">
${value}</textarea>`;
  const kind = INPUTS[type as keyof typeof INPUTS];
  return markup`<input ${kind} ${shared} maxlength="${maxLength}" value="${value}" />`;
}

function consentsHtml(page: FormPage): Html[] {
  return page.definition.consents.map(({ key, text, required }) => {
    const fault = errorOf(page, key);
    return markup`<div class="field box${fault !== null && ' wrong'}">
      <label><input type="checkbox" value="yes" ${attributesOf(key, required, fault !== null, false)}${
        page.ticked.includes(key) && markup` checked`
      }><span>${textOf(text, page.frame.locale)}${required && markup` <span class="star" aria-hidden="true">*</span>`}</span></label>${fault}
    </div>`;
  });
}
