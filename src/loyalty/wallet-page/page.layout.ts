import { markup, rawHtml } from '../../core/html.ts';
import type { Html } from '../../core/html.ts';
import { STYLE } from './style.ts';
import { TEXTS } from './texts.ts';
import type { Language, Texts } from './texts.ts';

/** The frame of every page: no script, one style, nothing from anywhere else. */

export type Frame = {
  language: Language;
  /** The program's name; '' where nobody knows which. */
  program: string;
  /** The same page in the other language; null where there is none. */
  other: string | null;
};

export function layout(
  frame: Frame,
  title: string,
  body: Html,
  more: { small?: boolean; note?: string } = {},
): string {
  const texts = TEXTS[frame.language];
  const other = frame.language === 'en' ? 'ru' : 'en';
  const page = markup`<!doctype html>
<html lang="${frame.language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex, nofollow">
  <meta name="referrer" content="no-referrer">
  <meta name="format-detection" content="telephone=no">
  <link rel="icon" href="data:,">
  <title>${title}</title>
  <style>${rawHtml(STYLE)}</style>
</head>
<body>
<header class="top"><strong>${frame.program}</strong>${
    frame.other !== null &&
    markup`<a href="${frame.other}" hreflang="${other}" lang="${other}" aria-label="${texts.languageLabel}">${texts.language}</a>`
  }</header>
<main${more.small === true && rawHtml(' class="small"')}>${body}</main>
${more.note !== undefined && markup`<footer><p>${more.note}</p></footer>`}
</body>
</html>`;
  return page.text;
}

/** A calm page that says one thing, and leads back where there is a way. */
export function strayPage(frame: Frame, what: string, back: string | null): string {
  const texts = TEXTS[frame.language];
  const [title, text] = texts.strays[what] ?? missOf(what, texts) ?? texts.strays['refused'] ?? ['', ''];
  return layout(
    frame,
    title,
    markup`<section><h1>${title}</h1><p>${text}</p>${
      back !== null && markup`<p><a class="button plain" href="${back}">${texts.back}</a></p>`
    }</section>`,
    { small: true },
  );
}

/** Why a reward could not be had, where that is all there is to say. */
function missOf(code: string, { miss, nothingSpent }: Texts): readonly [string, string] | undefined {
  const why = Object.entries(miss).find(([key]) => code === `reward_${key}`)?.[1];
  return why === undefined ? undefined : [why.replace(/\.$/, ''), nothingSpent];
}
