import type { OnsiteMessage } from './onsite.ts';

/**
 * One message on the page, in a shadow tree that the site's styles do not reach. Only text comes from the server, and the
 * styles are set by script, so that a strict content security policy needs nothing more than the script's host.
 */
const STYLES = `
:host { all: initial; }
* { box-sizing: border-box; }
.box { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; border: 1px solid #d5d5d5;
  border-radius: 10px; padding: 16px 48px 16px 18px; position: relative; max-width: 480px; }
.banner, .popup { position: fixed; z-index: 2147483000; box-shadow: 0 8px 30px rgb(0 0 0 / 18%); }
.banner { inset: auto 16px 16px; margin: 0 auto; max-width: 720px; }
.shade { position: fixed; inset: 0; z-index: 2147483000; background: rgb(0 0 0 / 45%); display: grid; place-items: center;
  padding: 16px; }
.shade .popup { position: relative; }
h2 { font-size: 18px; margin: 0 0 4px; }
p { margin: 0; white-space: pre-line; }
a { display: inline-block; margin-top: 10px; color: #0b57d0; font-weight: 600; }
button { position: absolute; top: 8px; right: 8px; width: 32px; height: 32px; border: 0; border-radius: 6px; background: none;
  color: inherit; font: 20px/1 system-ui, sans-serif; cursor: pointer; }
a:focus-visible, button:focus-visible { outline: 2px solid #0b57d0; outline-offset: 2px; }
@media (prefers-color-scheme: dark) {
  .box { color: #f1f1f1; background: #222; border-color: #444; } a { color: #a8c7fa; } }
`;

type Handlers = { closed(): void; clicked(): void };

/** Shows it and returns how to take it away again; undefined when the page has no place for it. */
export const show = (message: OnsiteMessage, handlers: Handlers): (() => void) | undefined => {
  const place =
    message.kind === 'inline'
      ? document.querySelector(`[data-otklik-slot="${CSS.escape(message.slot ?? '')}"]`)
      : document.body;
  if (!place) return undefined;
  const host = document.createElement('otklik-message');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLES);
  root.adoptedStyleSheets = [sheet];
  const before = document.activeElement;
  const away = (): void => {
    host.remove();
    if (message.kind === 'popup' && before instanceof HTMLElement) before.focus();
  };
  const close = (): void => {
    away();
    handlers.closed();
  };
  const box = boxOf(message);
  const button = closeButton(close);
  box.append(button);
  if (message.linkText && isSafe(message.linkUrl)) box.append(linkOf(message, handlers));
  if (message.kind === 'popup') {
    const shade = element('div', 'shade');
    shade.append(box);
    shade.addEventListener('click', ({ target }) => target === shade && close());
    root.append(shade);
  } else root.append(box);
  root.addEventListener('keydown', (event) => onKey(event as KeyboardEvent, message, root, close));
  place.append(host);
  if (message.kind === 'popup') button.focus();
  return away;
};

const element = (tag: string, className: string, text = ''): HTMLElement => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};

const boxOf = ({ kind, title, body }: OnsiteMessage): HTMLElement => {
  const box = element('section', `box ${kind}`);
  box.setAttribute('role', kind === 'popup' ? 'dialog' : 'region');
  if (kind === 'popup') box.setAttribute('aria-modal', 'true');
  box.setAttribute('aria-label', title);
  box.append(element('h2', '', title), element('p', '', body));
  return box;
};

const closeButton = (close: () => void): HTMLElement => {
  const button = element('button', '', '×');
  const words = document.documentElement.lang || navigator.language;
  button.setAttribute('type', 'button');
  button.setAttribute('aria-label', words.startsWith('ru') ? 'Закрыть' : 'Close');
  button.addEventListener('click', close);
  return button;
};

/** A web address or a path of this site: never a script. */
const isSafe = (url: string | null): url is string => /^(https?:\/\/|\/(?!\/))/.test(url ?? '');

const linkOf = ({ linkText, linkUrl }: OnsiteMessage, { clicked }: Handlers): HTMLElement => {
  const link = element('a', '', linkText ?? '');
  link.setAttribute('href', linkUrl ?? '');
  link.addEventListener('click', clicked);
  return link;
};

/** Escape closes; Tab stays inside a popup. */
const onKey = (event: KeyboardEvent, { kind }: OnsiteMessage, root: ShadowRoot, close: () => void): void => {
  if (event.key === 'Escape') close();
  if (event.key !== 'Tab' || kind !== 'popup') return;
  const stops = Array.from(root.querySelectorAll<HTMLElement>('button, a[href]'));
  const next = stops.indexOf(root.activeElement as HTMLElement) + (event.shiftKey ? -1 : 1);
  event.preventDefault();
  stops.at(next % stops.length)?.focus();
};
