import { escape, languageOf, masked, page } from '../pages.ts';
import type { Language } from '../pages.ts';
import { fieldOf } from './actions.preferences.ts';
import type { Preferences } from './actions.preferences.ts';
import type { Choice } from './store.preferences.ts';

/** The page on which somebody says what they want: plain HTML, one form, no script. */

const TEXTS = {
  en: {
    title: 'What we may send you',
    channel: { email: 'Email', sms: 'Text messages', call: 'Phone calls', telegram: 'Telegram' },
    purpose: { informational: 'News and useful things', activation: 'Offers and gifts' },
    save: 'Save',
    pause: 'Pause everything for 30 days',
    resume: 'End the pause',
    leave: 'Unsubscribe from everything',
    awaiting: 'awaiting your confirmation',
    none: 'We have no address of yours to write to.',
    paused: (date: string) => `You asked for a pause until ${date}.`,
    done: {
      saved: 'Saved. Thank you.',
      paused: 'You will hear nothing from us for 30 days.',
      resumed: 'The pause is over.',
      left: 'You are unsubscribed from everything.',
    },
  },
  ru: {
    title: 'Что вам присылать',
    channel: { email: 'Почта', sms: 'СМС', call: 'Звонки', telegram: 'Telegram' },
    purpose: { informational: 'Новости и полезное', activation: 'Предложения и подарки' },
    save: 'Сохранить',
    pause: 'Ничего не присылать 30 дней',
    resume: 'Закончить перерыв',
    leave: 'Отписаться от всего',
    awaiting: 'ждёт вашего подтверждения',
    none: 'У нас нет вашего адреса, чтобы писать.',
    paused: (date: string) => `Вы просили перерыв до ${date}.`,
    done: {
      saved: 'Сохранено. Спасибо.',
      paused: 'Мы не побеспокоим вас 30 дней.',
      resumed: 'Перерыв закончен.',
      left: 'Вы отписаны от всего.',
    },
  },
} as const satisfies Record<Language, unknown>;

export function preferencePage({ locale, choices, pausedUntil, done }: Preferences): string {
  const language = languageOf(locale);
  const texts = TEXTS[language];
  const note = done === null ? '' : `<p class="note" role="status">${escape(texts.done[done])}</p>`;
  const rest =
    pausedUntil === null
      ? ''
      : `<p>${escape(texts.paused(pausedUntil.toLocaleDateString(language, { dateStyle: 'long' })))}</p>`;
  const groups = [...Map.groupBy(choices, ({ channel }) => channel)].map(([channel, own]) =>
    group(`${texts.channel[channel]} · ${hidden(own[0])}`, own, language),
  );
  const button = (action: string, text: string, quiet = true): string =>
    `<button type="submit" name="action" value="${action}"${quiet ? ' class="quiet"' : ''}>${escape(text)}</button>`;
  const body =
    groups.length === 0
      ? `<p>${escape(texts.none)}</p>`
      : `<form method="post">${groups.join('')}
        ${button('save', texts.save, false)}
        <div>${pausedUntil === null ? button('pause', texts.pause) : button('resume', texts.resume)}</div>
        <div>${button('leave', texts.leave)}</div></form>`;
  return page(locale, texts.title, `${note}${rest}${body}`);
}

function group(legend: string, choices: readonly Choice[], language: Language): string {
  const boxes = choices.map(
    (choice) =>
      `<label><input type="checkbox" name="${fieldOf(choice)}"${choice.granted ? ' checked' : ''}> ${escape(TEXTS[language].purpose[choice.purpose])}${choice.awaiting ? ` <em class="soft">${escape(TEXTS[language].awaiting)}</em>` : ''}</label>`,
  );
  return `<fieldset><legend>${escape(legend)}</legend>${boxes.join('')}</fieldset>`;
}

/** Enough for its owner, useless to whoever found the link. */
function hidden(choice: Choice | undefined): string {
  if (choice === undefined) return '';
  return choice.channel === 'email' ? masked(choice.address) : `•••${choice.address.slice(-2)}`;
}
