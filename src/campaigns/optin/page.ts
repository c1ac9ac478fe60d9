import { escape, languageOf, masked, page } from '../pages.ts';
import type { Asked } from './actions.ts';

const TEXTS = {
  en: {
    ask: 'One more step',
    to: (title: string, address: string) => `“${title}” will come to ${address}.`,
    agree: 'You agree to this:',
    button: 'Yes, I agree',
    keep: 'Nothing comes until you press the button. If it was not you, just close this page.',
    done: 'Thank you',
    doneText: 'Your address is confirmed. Every mail has a link to change your mind.',
  },
  ru: {
    ask: 'Остался один шаг',
    to: (title: string, address: string) => `«${title}» будем присылать на ${address}.`,
    agree: 'Вы соглашаетесь с этим:',
    button: 'Да, согласен',
    keep: 'Пока вы не нажали кнопку, ничего не придёт. Если это были не вы, просто закройте страницу.',
    done: 'Спасибо',
    doneText: 'Адрес подтверждён. Передумать можно по ссылке в любом письме.',
  },
} as const;

/** Asks; only the form's POST confirms (mail scanners follow links, so a GET must not). */
export function optInPage({ locale, title, wording, address, confirmed }: Asked): string {
  const language = languageOf(locale ?? 'en');
  const texts = TEXTS[language];
  if (confirmed) return page(language, texts.done, `<p class="soft">${escape(texts.doneText)}</p>`);
  return page(
    language,
    texts.ask,
    `<p>${escape(texts.to(title, masked(address)))}</p>
    <fieldset><legend>${escape(texts.agree)}</legend><p>${escape(wording)}</p></fieldset>
    <form method="post"><button type="submit">${escape(texts.button)}</button></form>
    <p class="soft">${escape(texts.keep)}</p>`,
  );
}
