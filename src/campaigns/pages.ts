/** The few pages people see who follow a mail's link: plain HTML, no script, everything in one file. */

export type Language = 'en' | 'ru';

type Texts = {
  title: string;
  ask: (address: string | null) => string;
  button: string;
  keep: string;
  choose: string;
  done: string;
  doneText: string;
  forged: string;
  forgedText: string;
  expired: string;
  expiredText: string;
};

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: {
    title: 'Unsubscribe',
    ask: (address) =>
      address === null
        ? 'Do you want to get no more mail from us?'
        : `Do you want to get no more mail from us at ${address}?`,
    button: 'Yes, unsubscribe',
    keep: 'Nothing changes until you press the button. To stay subscribed, just close this page.',
    choose: 'Choose what you get instead',
    done: 'You are unsubscribed',
    doneText: 'We will not write to this address any more. Thank you for having been with us.',
    forged: 'This link does not work',
    forgedText: 'It may have been cut when it was copied. Please open it from the mail itself.',
    expired: 'This link is too old',
    expiredText: 'Please use a link from a more recent mail.',
  },
  ru: {
    title: 'Отписка',
    ask: (address) =>
      address === null
        ? 'Больше не присылать вам наши письма?'
        : `Больше не присылать наши письма на адрес ${address}?`,
    button: 'Да, отписаться',
    keep: 'Пока вы не нажали кнопку, ничего не изменится. Чтобы остаться подписанным, просто закройте страницу.',
    choose: 'Выбрать, что получать',
    done: 'Вы отписались',
    doneText: 'Мы больше не будем писать на этот адрес. Спасибо, что были с нами.',
    forged: 'Ссылка не работает',
    forgedText: 'Возможно, её обрезали при копировании. Откройте её прямо из письма.',
    expired: 'Ссылка устарела',
    expiredText: 'Воспользуйтесь ссылкой из более нового письма.',
  },
};

const STYLE = `
  :root { color-scheme: light dark; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f3f4f6; color: #24292f;
    font: 16px/1.55 -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
  main { box-sizing: border-box; width: min(30rem, calc(100vw - 2rem)); padding: 2.25rem; border-radius: 14px;
    background: #fff; box-shadow: 0 1px 3px rgb(0 0 0 / 8%); }
  h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
  p { margin: 0 0 1rem; overflow-wrap: anywhere; }
  fieldset { margin: 0 0 1.25rem; padding: .75rem 1rem; border: 1px solid #d0d7de; border-radius: 10px; }
  legend { padding: 0 .35rem; font-weight: 600; overflow-wrap: anywhere; }
  label { display: flex; gap: .65rem; align-items: center; min-height: 2.75rem; }
  input { width: 1.25rem; height: 1.25rem; accent-color: #0f766e; }
  .quiet { background: transparent; color: inherit; border: 1px solid #8c959f; }
  .note { padding: .75rem 1rem; border-radius: 8px; background: #ccfbf1; color: #134e4a; }
  a { color: inherit; }
  .soft { margin: 0; font-size: .875rem; color: #57606a; }
  button { margin: .25rem 0 1.25rem; padding: .8rem 1.5rem; border: 0; border-radius: 8px; background: #0f766e;
    color: #fff; font: inherit; font-weight: 600; cursor: pointer; }
  button:focus-visible { outline: 3px solid #5eead4; outline-offset: 2px; }
  @media (prefers-color-scheme: dark) {
    body { background: #14161a; color: #e8eaed; }
    main { background: #1d2126; }
    .soft { color: #a9b0b8; }
  }`;

/** Asks; only the form's POST unsubscribes (mail scanners follow links, so a GET must not). */
export function askPage(locale: string, address: string | null, preferences: string): string {
  const texts = textsOf(locale);
  return page(
    locale,
    texts.title,
    `<p>${escape(texts.ask(address === null ? null : masked(address)))}</p>
    <form method="post"><button type="submit">${escape(texts.button)}</button></form>
    <p class="soft">${escape(texts.keep)} <a href="${escape(preferences)}">${escape(texts.choose)}</a></p>`,
  );
}

export function donePage(locale: string): string {
  const texts = textsOf(locale);
  return page(locale, texts.done, `<p class="soft">${escape(texts.doneText)}</p>`);
}

/** Why a link does not work; `locale` is what the browser prefers. */
export function brokenPage(locale: string, why: 'forged' | 'expired'): string {
  const texts = textsOf(locale);
  return page(locale, texts[why], `<p class="soft">${escape(texts[`${why}Text`])}</p>`);
}

export const languageOf = (locale: string): Language => (/^ru\b/i.test(locale) ? 'ru' : 'en');
const textsOf = (locale: string): Texts => TEXTS[languageOf(locale)];

export function page(locale: string, title: string, body: string): string {
  return `<!doctype html>
<html lang="${languageOf(locale)}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="robots" content="noindex">
  <title>${escape(title)}</title>
  <style>${STYLE}</style>
</head>
<body><main><h1>${escape(title)}</h1>${body}</main></body>
</html>`;
}

/** a•••@example.com: enough for its owner, useless to whoever found the link. */
export function masked(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 1 ? '•••' : `${address.slice(0, 1)}•••${address.slice(at)}`;
}

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
