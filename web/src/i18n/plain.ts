import type { Resource, TFunction } from 'i18next';
import { changeLanguage, getFixedT, use } from 'i18next';
import { numbers } from './numbers.ts';

/** The texts without a page around them: given at once, in one language after the other. */
export async function speakPlainly(language: string, resources: Resource): Promise<void> {
  await use(numbers).init({
    lng: language,
    resources,
    interpolation: { escapeValue: false, alwaysFormat: true },
  });
  await changeLanguage(language);
}

/** Texts of one area, as functions take them that say something in words. */
export const fixedT = (language: string, area: 'journeys'): TFunction<'journeys'> =>
  getFixedT(language, area);
