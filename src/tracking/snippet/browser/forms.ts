import { identify, track } from './calls.ts';
import { given, host, isOff, listen, safely } from './page.ts';

/**
 * Forms that were sent: every one is told by its name; what was typed as email, name and phone only of forms the site has
 * marked. A password or a card is never looked at.
 */
const NEVER = /^(hidden|file)\b|pass|\bcc-|one-time|card|cvv|cvc|iban|ssn/i;
const MAX_TYPED = 300;

/** Trait → what its field is called: by type, by autocomplete, by name. */
const FIELDS: Array<[trait: string, named: RegExp]> = [
  ['email', /e-?mail/i],
  ['phone', /^tel\b|phone|mobile/i],
  ['firstName', /given-name|first.?name|fname/i],
  ['lastName', /family-name|last.?name|surname|lname/i],
  ['name', /^(your|full|contact|customer)?.?name$/i],
];

const traitsOf = (form: HTMLFormElement): Record<string, string> => {
  const traits: Record<string, string> = {};
  for (const field of Array.from(form.elements)) {
    if (!(field instanceof HTMLInputElement)) continue;
    const { type, autocomplete, name, id, value } = field;
    const typed = value.trim();
    const words = [type, autocomplete, name, id];
    if (!typed || NEVER.test(words.join(' '))) continue;
    const found = FIELDS.find(([trait, named]) => !traits[trait] && words.some((word) => named.test(word)));
    if (found) traits[found[0]] = typed.slice(0, MAX_TYPED);
  }
  return traits;
};

const submitted = (event: Event): void => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  // A field called "id" or "name" hides the form's own property.
  const attribute = (name: string): string => form.getAttribute(name) ?? '';
  const action = attribute('action');
  // A form of Otklik's own is told of by the server, once it has taken it.
  if (safely(() => new URL(action, document.baseURI).href.startsWith(`${host}/f/`))) return;
  const marked = form.matches(`[data-otklik-form]${given.forms ? `,${given.forms}` : ''}`);
  track('Form Submitted', {
    formId: attribute('data-otklik-form') || attribute('id'),
    formName: attribute('name'),
    action: action.replace(/[?#].*/, ''),
    captured: marked,
  });
  if (!marked) return;
  const traits = traitsOf(form);
  if (traits.email || traits.phone) identify(null, traits);
};

export const startForms = (): void => {
  if (!isOff('forms')) listen(document, 'submit', submitted);
};
