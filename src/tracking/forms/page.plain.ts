import type { FormDefinition } from './contract.ts';
import { markup, paragraphs } from '../../core/html.ts';
import type { Html } from '../../core/html.ts';
import { layout } from './page.layout.ts';
import type { Frame } from './page.layout.ts';
import { PAGE_TEXTS } from './texts.ts';
import { textOf } from './words.ts';

/** The pages beside the form itself: what comes after it, the mail's question, and what went wrong. Pure. */

type Said = { title: string; text: string };

/** The owner's words of thanks, or ours. */
export function thanksOf({ thanks }: FormDefinition, frame: Frame, otherwise: Said): Said {
  if (thanks.type === 'redirect') return otherwise;
  const title = textOf(thanks.title, frame.locale);
  const text = textOf(thanks.text, frame.locale);
  return title === '' && text === '' ? otherwise : { title: title || otherwise.title, text };
}

/** What follows a submission, `finished` or waiting for a mail's answer; a redirect out of a frame is left to the page around it, or to a press. */
export function afterPage(frame: Frame, said: Said, redirect: string | null, finished = true): string {
  const link =
    redirect !== null &&
    markup`<p>
      <a class="button" href="${redirect}" target="_top" rel="noopener">${PAGE_TEXTS[frame.locale].goOn}</a>
    </p>`;
  return layout(
    frame,
    said.title,
    markup`${finished && mark()}
      <h1>${said.title}</h1>
      ${paragraphs(said.text)}${link}`,
    markup` data-done${redirect !== null && markup` data-redirect="${redirect}"`} class="done"`,
  );
}

const mark = (): Html =>
  markup`<svg class="mark" viewBox="0 0 48 48" aria-hidden="true">
    <circle cx="24" cy="24" r="22" />
    <path d="m15 24.5 6.5 6.5L34 18" />
  </svg>`;

/** Asks; only the form's POST confirms (mail scanners follow links, so a GET must not). */
export function askPage(frame: Frame, email: string, consents: readonly string[]): string {
  const { ask } = PAGE_TEXTS[frame.locale];
  const agreed =
    consents.length > 0 &&
    markup`<p>${ask.agree}</p>
      <ul class="agreed">
        ${consents.map((text) => markup`<li>${text}</li>`)}
      </ul>`;
  return layout(
    frame,
    ask.title,
    markup`<h1>${ask.title}</h1>
      <p>${ask.text(masked(email))}</p>
      ${agreed}
      <form method="post"><button type="submit">${ask.button}</button></form>
      <p class="soft">${ask.keep}</p>`,
  );
}

export type Stray = 'already' | 'closed' | 'unknown' | 'forged' | 'withdrawn' | 'refused' | 'linkExpired';

export function strayPage(
  frame: Frame,
  what: Stray,
  options: { detail?: string; again?: string } = {},
): string {
  const texts = PAGE_TEXTS[frame.locale];
  const { title, text } = texts[what];
  const link =
    options.again !== undefined &&
    markup`<p><a class="button" href="${options.again}">${texts.linkExpired.again}</a></p>`;
  return layout(
    frame,
    title,
    markup`${what === 'already' && mark()}
      <h1>${title}</h1>
      <p>${text}</p>
      ${options.detail !== undefined && markup`<p class="soft">${options.detail}</p>`}${link}`,
    what === 'already' ? markup` class="done"` : markup``,
  );
}

/** a•••@example.com: enough for its owner, useless to whoever found the link. */
function masked(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1 ? '•••' : `${address.slice(0, 1)}•••${address.slice(at)}`;
}
