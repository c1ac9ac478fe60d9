import type { FormLocale } from './contract.ts';
import { markup, rawHtml } from '../../core/html.ts';
import type { Html } from '../../core/html.ts';

/** The frame of every page of a form: no inline script, styles from one file. Pure. */

export type Theme = 'auto' | 'light' | 'dark';
export type Frame = {
  locale: FormLocale;
  theme: Theme;
  /** Inside another site's page. */
  embed: boolean;
  /** The style itself, for a preview that may load nothing. */
  inlineStyle?: string;
};

export function layout(frame: Frame, title: string, body: Html, data: Html = markup``): string {
  const style =
    frame.inlineStyle === undefined
      ? markup`<link rel="stylesheet" href="/f/form.css" />`
      : markup`<style>
          ${rawHtml(frame.inlineStyle)}
        </style>`;
  const page = markup`<!doctype html>
<html lang="${frame.locale}" data-theme="${frame.theme}"${frame.embed && markup` data-embed`}>
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <meta name="referrer" content="strict-origin-when-cross-origin">
  <link rel="icon" href="data:,">
  <title>${title}</title>
  ${style}
  ${frame.embed && frame.inlineStyle === undefined && markup`<script src="/f/frame.js" defer></script>`}
</head>
<body><main${data}>${body}</main></body>
</html>`;
  return page.text;
}

/** The parts of an address that keep the frame from page to page. */
export function frameQuery({ locale, theme, embed }: Frame): string {
  const query = new URLSearchParams({ lang: locale });
  if (embed) query.set('embed', '1');
  if (theme !== (embed ? 'light' : 'auto')) query.set('theme', theme);
  return `?${query.toString()}`;
}
