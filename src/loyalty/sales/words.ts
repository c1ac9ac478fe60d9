import type { PricedCart } from '../pricing/contract.ts';
import { tell } from '../pricing/words.ts';
import type { Language } from '../pricing/words.ts';
import type { Pricing } from './actions.price.ts';

/** One sentence for each offer that is near, for the customer. Pure. */
export function hintsOf(
  { trace, currency }: Pick<PricedCart, 'trace' | 'currency'>,
  language: Language,
): Array<{ offerId: string; text: string }> {
  return trace.flatMap((entry) => {
    if (entry.outcome === 'not_applied' && !entry.near) return [];
    const text = tell(entry, language, currency);
    return text === null ? [] : [{ offerId: entry.id, text }];
  });
}

/** To whoever wants to spend what is theirs and has only said a name. */
export const PROOF: Readonly<Record<Language, string>> = {
  en: 'To spend points or use a personal coupon, show the card or its QR code, or say the code sent to your phone.',
  ru: 'Чтобы потратить баллы или применить личный купон, покажите карту или её QR-код либо назовите код, отправленный на телефон.',
};

/** Why points that are there are not spent, for the customer. Pure. */
export function pointsHint(
  { priced, program, buyer }: Pick<Pricing, 'priced' | 'program' | 'buyer'>,
  language: Language,
): Array<{ offerId: string; text: string }> {
  const { limitedBy } = priced.points;
  if (limitedBy === 'other_currency' && program !== null)
    return [{ offerId: limitedBy, text: OTHER_CURRENCY[language](program.currency) }];
  if (limitedBy === 'family_cap')
    return [{ offerId: limitedBy, text: FAMILY_CAP[language](buyer.pointsAvailable) }];
  return [];
}

const OTHER_CURRENCY: Readonly<Record<Language, (currency: string) => string>> = {
  en: (currency) => `Points can be spent in ${currency} only.`,
  ru: (currency) => `Баллы можно потратить только в валюте ${currency}.`,
};
const FAMILY_CAP: Readonly<Record<Language, (points: number) => string>> = {
  en: (points) => `Left of your monthly limit in the shared wallet: ${points} points.`,
  ru: (points) => `Ваш месячный предел в общем кошельке: осталось баллов — ${points}.`,
};
