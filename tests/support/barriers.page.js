// Runs inside the page under test. Lists what a blind or keyboard user would stumble over: fields without a name, buttons
// and links without a text, frames without a title, more or fewer than one h1, a doubled id, no language.

function isSeen(element) {
  return element.getClientRects().length > 0 && element.closest('[aria-hidden=true]') === null;
}

function nameOf(element) {
  const pointed = (element.getAttribute('aria-labelledby') ?? '').split(' ');
  return [
    element.getAttribute('aria-label'),
    ...pointed.map((id) => document.getElementById(id)?.textContent),
    ...[...(element.labels ?? [])].map((label) => label.textContent),
    element.getAttribute('title'),
  ]
    .map((text) => (text ?? '').trim())
    .join('');
}

function barriersOf(page) {
  const found = [];
  const add = (what, element) => found.push(`${what}: ${element.outerHTML.slice(0, 160)}`);
  for (const field of page.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (isSeen(field) && nameOf(field) === '') add('field without a label', field);
  for (const control of page.querySelectorAll('button, a[href], [role=button]'))
    if (isSeen(control) && (control.textContent ?? '').trim() === '' && nameOf(control) === '')
      add('control without a name', control);
  for (const picture of page.querySelectorAll('img:not([alt]), iframe:not([title])'))
    add('picture or frame without a name', picture);
  const headings = [...page.querySelectorAll('h1')].filter(isSeen).length;
  if (headings !== 1) found.push(`${headings} headings of the first level`);
  const ids = [...page.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index)))
    found.push(`id twice: ${id}`);
  if (page.documentElement.lang === '') found.push('no language');
  return found;
}

barriersOf(document);
