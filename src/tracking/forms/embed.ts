import type { FormDefinition, FormField } from './contract.ts';
import { markup } from '../../core/html.ts';
import type { Html } from '../../core/html.ts';
import { NAMES } from './page.form.ts';
import { PAGE_TEXTS } from './texts.ts';
import { localesOf, textOf } from './words.ts';

/** The lines a site's developer copies: the frame, and HTML of the site's own. Pure. */

export function frameCode(publicUrl: string, form: { formId: string; name: string }): string {
  return markup`<iframe src="${publicUrl}/f/${form.formId}?embed=1" title="${form.name}" loading="lazy"
  style="width: 100%; height: 480px; border: 0"></iframe>
<script src="${publicUrl}/f/embed.js" async></script>`.text;
}

export function htmlCode(
  publicUrl: string,
  form: { formId: string; version: number; definition: FormDefinition },
): string {
  const locale = localesOf(form.definition)[0] ?? 'en';
  const fields = form.definition.fields.map((field) => line(field, textOf(field.label, locale)));
  const consents = form.definition.consents.map(
    ({ key, text, required }) =>
      markup`  <label><input type="checkbox" name="${key}" value="yes"${required && NEEDED}> ${textOf(text, locale)}</label>\n`,
  );
  return markup`<form action="${publicUrl}/f/${form.formId}" method="post">
  <input type="hidden" name="${NAMES.version}" value="${form.version}">
  <input type="hidden" name="${NAMES.locale}" value="${locale}">
${fields}${consents}  <p hidden><input name="${NAMES.trap}" tabindex="-1" autocomplete="off"></p>
  <button>${textOf(form.definition.button, locale) || PAGE_TEXTS[locale].button}</button>
</form>`.text;
}

const NEEDED = markup` required`;
const TYPES: Partial<Record<FormField['type'], string>> = { email: 'email', phone: 'tel' };

function line({ key, type, required, options, value }: FormField, label: string): Html {
  const needed = required && NEEDED;
  if (type === 'hidden') return markup`  <input type="hidden" name="${key}" value="${value}">\n`;
  if (type === 'checkbox')
    return markup`  <label><input type="checkbox" name="${key}" value="yes"${needed}> ${label}</label>\n`;
  if (type === 'textarea')
    return markup`  <label>${label} <textarea name="${key}"${needed}></textarea></label>\n`;
  if (type === 'select') {
    const choices = options.map((one) => markup`<option>${one.value}</option>`);
    return markup`  <label>${label} <select name="${key}"${needed}>${choices}</select></label>\n`;
  }
  return markup`  <label>${label} <input type="${TYPES[type] ?? 'text'}" name="${key}"${needed}></label>\n`;
}
