import type { TryForm } from '../../../api/tries.ts';
import { currencyDigits } from '../../../lib/format.ts';
import { fromLocalInput } from '../../../lib/localTime.ts';

/** The sample cart as its fields have it; the last one stays in the browser. Amounts are in units of the currency. */

type Blank = number | '';
export type BasketLine = {
  key: string;
  /** The shop's code; null: a line of its own, told by its description. */
  code: string | null;
  name: string;
  quantity: Blank;
  price: Blank;
};
export type Basket = {
  lines: BasketLine[];
  buyer: { id: string; name: string } | null;
  channel: string;
  shipping: Blank;
  codes: string;
  /** As a datetime-local field has it; empty: now. */
  at: string;
};

const KEY = 'otklik.sampleCart';
/** What a plain line costs to begin with. */
const PLAIN_PRICE = 100;
/** Lines of the first cart one sees. */
const FIRST = 2;

let keys = 0;
const newKey = (): string => `${Date.now().toString(36)}-${(keys += 1)}`;

export const plainLine = (name: string): BasketLine => ({
  key: newKey(),
  code: null,
  name,
  quantity: 1,
  price: PLAIN_PRICE,
});

export const productLine = (one: { externalId: string; name: string; price: string | null }): BasketLine => ({
  key: newKey(),
  code: one.externalId,
  name: one.name === '' ? one.externalId : one.name,
  quantity: 1,
  price: one.price === null ? '' : Number(one.price),
});

const basketOf = (lines: BasketLine[]): Basket => ({
  lines,
  buyer: null,
  channel: '',
  shipping: '',
  codes: '',
  at: '',
});

/** The cart to begin with: the first goods that have a price, or one plain line. */
export function firstBasket(products: Parameters<typeof productLine>[0][], plain: string): Basket {
  const priced = products.filter((one) => one.price !== null && Number(one.price) > 0).slice(0, FIRST);
  return basketOf(priced.length === 0 ? [plainLine(plain)] : priced.map(productLine));
}

export function keptBasket(): Basket | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null');
    if (typeof kept !== 'object' || kept === null || !('lines' in kept) || !Array.isArray(kept.lines))
      return null;
    // Only what this file has written is ever read.
    return kept.lines.length === 0 ? null : { ...basketOf([]), ...(kept as Basket), at: '' };
  } catch {
    return null;
  }
}

export function keepBasket(basket: Basket): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(basket));
  } catch {
    // A browser that keeps nothing begins anew next time.
  }
}

const minorOf = (units: number, currency: string): number =>
  Math.round(units * 10 ** currencyDigits(currency));
const isWhole = ({ quantity, price }: BasketLine): boolean => quantity !== '' && quantity > 0 && price !== '';

/** What is asked; null while no line is whole. */
export function askedOf(
  { lines, buyer, channel, shipping, codes, at }: Basket,
  currency: string,
  language: 'en' | 'ru',
): Pick<TryForm, 'cart' | 'at'> | null {
  const whole = lines.filter(isWhole);
  if (whole.length === 0) return null;
  const moment = fromLocalInput(at);
  const shown = codes.split(/[\s,;]+/).filter((one) => one !== '');
  return {
    cart: {
      lines: whole.map(({ key, code, name, quantity, price }) => ({
        id: key,
        product: code ?? `plain ${key}`,
        description: name,
        quantity: String(quantity),
        unitPrice: String(price),
      })),
      // Nothing is written: a line of its own needs no product.
      unknownProducts: 'create',
      language,
      ...(buyer === null ? {} : { buyer: { contactId: buyer.id } }),
      ...(channel.trim() === '' ? {} : { channel: channel.trim() }),
      ...(shown.length === 0 ? {} : { codes: shown }),
      ...(shipping === '' || shipping <= 0 ? {} : { shipping: { amountMinor: minorOf(shipping, currency) } }),
    },
    ...(moment === '' ? {} : { at: moment }),
  };
}
