import i18next, { use } from 'i18next';
import type { BackendModule } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { numbers } from './numbers.ts';

export const LANGUAGES = ['en', 'ru'] as const;
export type Language = (typeof LANGUAGES)[number];

const STORED = 'otklik.language';
const files = import.meta.glob<{ default: object }>('./{en,ru}/*.ts');

/** Texts are loaded by area, with the page that needs them. */
const backend: BackendModule = {
  type: 'backend',
  init: () => undefined,
  read: (language, area, done) => {
    const load = files[`./${language}/${area}.ts`];
    if (load === undefined) return done(new Error(`no texts ${language}/${area}`), null);
    load().then(
      (file) => done(null, file.default),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error)), null),
    );
  },
};

function firstLanguage(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === 'en' || stored === 'ru') return stored;
  return navigator.language.toLowerCase().startsWith('ru') ? 'ru' : 'en';
}

function remember(language: string): void {
  document.documentElement.lang = language;
  localStorage.setItem(STORED, language);
}

export async function startI18n(): Promise<void> {
  i18next.on('languageChanged', remember);
  await use(backend)
    .use(initReactI18next)
    .use(numbers)
    .init({
      lng: firstLanguage(),
      fallbackLng: 'en',
      supportedLngs: LANGUAGES,
      ns: ['common'],
      defaultNS: 'common',
      interpolation: { escapeValue: false, alwaysFormat: true },
      react: { useSuspense: true },
    });
}

export const language = (): Language => (i18next.language === 'ru' ? 'ru' : 'en');

/** Locale of dates and numbers: British order for English, so that 03/04 is never read two ways. */
export const locale = (): string => (language() === 'ru' ? 'ru-RU' : 'en-GB');
