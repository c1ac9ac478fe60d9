import { isStorable } from '../../core/text.ts';

/**
 * A product as an event names it. What is wrong about it is left out: interest is worth keeping without a price. Amounts are
 * exact decimals. Pure.
 */
export type ToldProduct = {
  /** `product_id`, else `sku`: the catalogue's code, known there or not. */
  code: string;
  quantity: number;
  name: string | null;
  category: string | null;
  price: string | null;
  currency: string | null;
  url: string | null;
  imageUrl: string | null;
};

const MAX_CODE = 100;
const MAX_TEXT = 300;
const MAX_URL = 1_000;
/** More units of one thing than any cart holds. */
const MAX_QUANTITY = 1_000_000;
const DECIMALS = 6;

export type Bag = Readonly<Record<string, unknown>>;

/** Null when nothing tells which product it is. `defaultQuantity` stands for a missing or wrong one. */
export function productOf(told: unknown, defaultQuantity = 1): ToldProduct | null {
  if (typeof told !== 'object' || told === null) return null;
  const bag = told as Bag;
  const code = codeOf(bag['product_id']) ?? codeOf(bag['sku']);
  if (code === null) return null;
  return {
    code,
    quantity: quantityOf(bag['quantity']) ?? defaultQuantity,
    name: textOf(bag['name']),
    category: textOf(bag['category']),
    price: priceOf(bag['price']),
    currency: currencyOf(bag['currency']),
    url: urlOf(bag['url']),
    imageUrl: urlOf(bag['image_url']),
  };
}

/** The `products` of an event, or null when it has no such list. */
export function productsOf(properties: Bag, max: number): ToldProduct[] | null {
  const list = properties['products'];
  if (!Array.isArray(list)) return null;
  return list.slice(0, max).flatMap((one: unknown) => productOf(one) ?? []);
}

export function codeOf(value: unknown): string | null {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  const code = typeof value === 'string' ? value.trim() : '';
  return code === '' || code.length > MAX_CODE || !isStorable(code) ? null : code;
}

export function textOf(value: unknown): string | null {
  if (typeof value !== 'string' || !isStorable(value)) return null;
  const text = value.trim().slice(0, MAX_TEXT).toWellFormed();
  return text === '' ? null : text;
}

/** Three decimals, as orders have them; null for nothing and for what is no quantity. */
export function quantityOf(value: unknown): number | null {
  const given = numberOf(value);
  if (given === null || given <= 0 || given > MAX_QUANTITY) return null;
  return Math.round(given * 1_000) / 1_000;
}

export function numberOf(value: unknown): number | null {
  const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof given === 'number' && Number.isFinite(given) ? given : null;
}

export function priceOf(value: unknown): string | null {
  const given = numberOf(value);
  return given === null || given < 0 || given >= 1e12 ? null : plainDecimal(given);
}

export function currencyOf(value: unknown): string | null {
  const code = typeof value === 'string' ? value.trim().toUpperCase() : '';
  return /^[A-Z]{3}$/.test(code) ? code : null;
}

function urlOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > MAX_URL || !/^https?:\/\//i.test(value)) return null;
  return isStorable(value) ? value : null;
}

/** Shops compute prices in binary fractions: 59.970000000000006 means 59.97. */
export function plainDecimal(value: number): string {
  const fixed = value.toFixed(DECIMALS);
  return fixed.includes('.') ? fixed.replace(/\.?0+$/, '') : fixed;
}
