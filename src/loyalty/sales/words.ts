import type { PricedCart } from '../pricing/contract.ts';
import { tell } from '../pricing/words.ts';
import type { Language } from '../pricing/words.ts';

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
