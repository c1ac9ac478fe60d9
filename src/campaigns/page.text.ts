import { markup } from '../core/html.ts';
import type { StoredMail } from './contract.ts';

/** A short message as its reader sees it: a bubble with its title and text. For the console's sandboxed frame. */
export function textPage({
  channel,
  subject,
  text,
}: Pick<StoredMail, 'channel' | 'subject' | 'text'>): string {
  const page = markup`<!doctype html><html><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><style>
  body { margin: 0; padding: 24px 16px; background: #f3f4f6; color: #1f2328; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 26rem; margin: 0 auto; padding: 14px 16px; border-radius: 16px; background: #fff; overflow-wrap: anywhere;
    box-shadow: 0 1px 3px rgb(0 0 0 / 10%); }
  h1 { margin: 0 0 6px; font-size: 1rem; }
  p { margin: 0; white-space: pre-wrap; }
  .code p { font: 13px/1.5 ui-monospace, monospace; }
</style></head><body class="${channel === 'webhook' ? 'code' : 'plain'}"><main>${
    subject !== '' && markup`<h1>${subject}</h1>`
  }<p>${text}</p></main></body></html>`;
  return page.text;
}
