// Runs inside the page under test. Lists what a blind or keyboard user would stumble over: fields without a name, buttons
// and links without a text, frames without a title, more or fewer than one h1, a doubled id, no language.
(() => {
  const found = [];
  const seen = (element) =>
    element.getClientRects().length > 0 && element.closest('[aria-hidden=true]') === null;
  const show = (element) => element.outerHTML.slice(0, 160);
  const textOf = (id) => document.getElementById(id)?.textContent?.trim() ?? '';
  const nameOf = (element) =>
    [
      element.getAttribute('aria-label') ?? '',
      ...(element.getAttribute('aria-labelledby') ?? '').split(' ').map(textOf),
      ...[...(element.labels ?? [])].map((label) => label.textContent ?? ''),
      element.getAttribute('title') ?? '',
    ]
      .join(' ')
      .trim();
  for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
    if (seen(field) && nameOf(field) === '') found.push(`field without a label: ${show(field)}`);
  for (const control of document.querySelectorAll('button, a[href], [role=button]'))
    if (seen(control) && `${control.textContent ?? ''}${nameOf(control)}`.trim() === '')
      found.push(`control without a name: ${show(control)}`);
  for (const picture of document.querySelectorAll('img:not([alt]), iframe:not([title])'))
    found.push(`picture or frame without a name: ${show(picture)}`);
  const headings = [...document.querySelectorAll('h1')].filter(seen).length;
  if (headings !== 1) found.push(`${headings} headings of the first level`);
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  for (const id of new Set(ids.filter((one, index) => ids.indexOf(one) !== index)))
    found.push(`id twice: ${id}`);
  if (document.documentElement.lang === '') found.push('no language');
  return found;
})();
