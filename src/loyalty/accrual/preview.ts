import { minorDigits } from '../../core/money.ts';
import type { Cart, PricedCart } from '../pricing/contract.ts';
import { fineOfPrice, quantityMilli, roundFine } from '../pricing/exact.ts';
import { sum } from './sale.ts';
import type { EarnLine, Sale } from './sale.ts';

/** Carts as sales. Rates are unknown: in other currencies than the base only rules of that currency earn. Pure. */

type Options = { baseCurrency: string; currency: string; channel: string | null; paidMinor: number };
type Part = Pick<EarnLine, 'productId' | 'externalId' | 'categoryPath' | 'tags' | 'promo'> & {
  quantity: string;
  minor: number;
};

function saleOf(parts: readonly Part[], { baseCurrency, currency, channel, paidMinor }: Options): Sale {
  const micro = 10n ** BigInt(6 - minorDigits(currency));
  const lines = parts.map(({ quantity, minor, ...line }): EarnLine => {
    const amount = BigInt(minor) * micro;
    const baseAmount = currency === baseCurrency ? amount : 0n;
    return { ...line, quantity: quantityMilli(quantity), amount, baseAmount };
  });
  const total = sum(lines.map(({ amount }) => amount));
  return { currency, baseCurrency, channel, lines, paid: BigInt(paidMinor) * micro, total };
}

/** At the shop's own prices. */
export function saleOfCart(cart: Cart, baseCurrency: string, paidMinor: number): Sale {
  const { currency, channel = null } = cart;
  const parts = cart.lines.map((line): Part => ({
    productId: line.productId ?? line.externalId,
    externalId: line.externalId,
    categoryPath: line.categoryPath,
    tags: line.tags,
    promo: false,
    quantity: line.quantity,
    minor: roundFine(
      fineOfPrice(line.unitPrice ?? '0', quantityMilli(line.quantity), minorDigits(currency)),
      'half_up',
    ),
  }));
  return saleOf(parts, { baseCurrency, currency, channel, paidMinor });
}

/** What is known of a priced line's product; orders know no tags, so quotes ask for none. */
export type PricedProduct = { productId: string | null; code: string; categoryPath: readonly string[] };

export function saleOfPriced(
  priced: PricedCart,
  products: ReadonlyMap<string, PricedProduct>,
  options: { baseCurrency: string; channel: string | null; promotions: readonly string[] },
): Sale {
  const parts = priced.lines.map((line): Part => {
    const product = products.get(line.id);
    return {
      productId: product?.productId ?? product?.code ?? '',
      externalId: product?.code ?? '',
      categoryPath: product?.categoryPath ?? [],
      tags: [],
      promo: line.parts.some(({ stage }) => options.promotions.includes(stage)),
      quantity: line.quantity,
      minor: line.priceMinor,
    };
  });
  return saleOf(parts, { ...options, currency: priced.currency, paidMinor: priced.totals.pointsPaidMinor });
}
