import { DAY_MS } from '../core/time.ts';
import { seeded } from './random.ts';
import type { Random } from './random.ts';

/** An invented shop: every name, address and order here is made up, the same ones at every run (moved to end yesterday). */

export type ShopProduct = { id: string; name: string; category: string; price: string; cost: string };
export type ShopCustomer = {
  id: string;
  givenName: string;
  familyName: string;
  email: string;
  country: string;
  city: string;
  birthday: string;
  consents: boolean;
};
export type ShopOrder = {
  id: string;
  customerId: string;
  placedAt: Date;
  lines: Array<{ productId: string; quantity: number; unitPrice: string }>;
};
export type Shop = { products: ShopProduct[]; customers: ShopCustomer[]; orders: ShopOrder[] };

const SEED = 20_261;
const CUSTOMERS = 3_000;
const DAYS = 365;
/** How keen a customer is: orders a year, and the chance of having stopped at some point. */
const KINDS = [
  { share: 0.35, ordersFrom: 1, ordersTo: 1, lapsed: 0.6 },
  { share: 0.4, ordersFrom: 2, ordersTo: 4, lapsed: 0.45 },
  { share: 0.2, ordersFrom: 4, ordersTo: 9, lapsed: 0.25 },
  { share: 0.05, ordersFrom: 9, ordersTo: 18, lapsed: 0.1 },
] as const;
const CONSENT_SHARE = 0.88;

const CATALOGUE: Readonly<Record<string, ReadonlyArray<[name: string, price: number]>>> = {
  Tea: [
    ['Morning Assam', 690],
    ['Smoky Lapsang', 820],
    ['Jasmine Pearls', 1250],
    ['Mountain Oolong', 1480],
    ['Rooibos Vanilla', 590],
    ['Herb Garden', 540],
  ],
  Coffee: [
    ['House Espresso', 990],
    ['Huila Single Origin', 1350],
    ['Decaf Sidamo', 1190],
    ['Cold Brew Bags', 850],
  ],
  Teaware: [
    ['Glass Teapot', 2490],
    ['Cast Iron Kettle', 5490],
    ['Porcelain Cup Pair', 1890],
    ['Bamboo Tray', 2150],
    ['Travel Infuser', 1590],
  ],
  Sweets: [
    ['Honey Nougat', 650],
    ['Dark Chocolate Box', 1290],
    ['Ginger Biscuits', 480],
    ['Apricot Preserve', 560],
  ],
  Kitchen: [
    ['Linen Apron', 2790],
    ['Walnut Board', 3990],
    ['Copper Measuring Set', 3290],
    ['Stone Mortar', 2990],
  ],
  Gifts: [
    ['Gift Hamper Small', 3900],
    ['Gift Hamper Large', 8900],
    ['Tasting Set', 2450],
    ['Seasonal Candle', 1750],
  ],
};
const GIVEN = [
  'Alice',
  'Boris',
  'Clara',
  'Daniel',
  'Elena',
  'Felix',
  'Greta',
  'Hugo',
  'Irina',
  'Jonas',
  'Kira',
  'Leo',
  'Maria',
  'Nikolai',
  'Olga',
  'Pavel',
  'Rosa',
  'Sofia',
  'Tomas',
  'Vera',
];
const FAMILY = [
  'Adler',
  'Brook',
  'Costa',
  'Dahl',
  'Eriksen',
  'Falk',
  'Garner',
  'Holm',
  'Ivanov',
  'Jensen',
  'Kovacs',
  'Lind',
  'Moreau',
  'Novak',
  'Orlov',
  'Petrov',
  'Quinn',
  'Rossi',
  'Sokolova',
  'Weber',
];
const PLACES: ReadonlyArray<[country: string, city: string]> = [
  ['United Kingdom', 'Leeds'],
  ['United Kingdom', 'Bristol'],
  ['Germany', 'Bremen'],
  ['France', 'Lyon'],
  ['Netherlands', 'Utrecht'],
  ['Estonia', 'Tartu'],
];

/** `end` is the moment the year ends; orders lie in the 365 days before it. */
export function inventShop(end: Date): Shop {
  const random = seeded(SEED);
  const products = inventProducts();
  const customers = Array.from({ length: CUSTOMERS }, (_, i) => inventCustomer(random, i + 1));
  const orders = customers.flatMap((customer) => inventOrders(random, customer, products, end));
  orders.sort(
    (a, b) => a.placedAt.getTime() - b.placedAt.getTime() || a.customerId.localeCompare(b.customerId),
  );
  for (const [i, order] of orders.entries()) order.id = `D-${String(i + 1).padStart(6, '0')}`;
  return { products, customers, orders };
}

function inventProducts(): ShopProduct[] {
  return Object.entries(CATALOGUE).flatMap(([category, items]) =>
    items.map(([name, price], i) => ({
      id: `${category.toUpperCase()}-${String(i + 1).padStart(2, '0')}`,
      name,
      category,
      price: (price / 100).toFixed(2),
      cost: ((price * 0.55) / 100).toFixed(2),
    })),
  );
}

function inventCustomer(random: Random, n: number): ShopCustomer {
  const givenName = random.pick(GIVEN);
  const familyName = random.pick(FAMILY);
  const [country, city] = random.pick(PLACES);
  const id = `C${String(n).padStart(5, '0')}`;
  return {
    id,
    givenName,
    familyName,
    email: `${givenName}.${familyName}.${n}@example.com`.toLowerCase(),
    country,
    city,
    birthday: `${random.int(1955, 2005)}-${pad(random.int(1, 12))}-${pad(random.int(1, 28))}`,
    consents: random.chance(CONSENT_SHARE),
  };
}

function inventOrders(
  random: Random,
  customer: ShopCustomer,
  products: readonly ShopProduct[],
  end: Date,
): ShopOrder[] {
  const roll = random.next();
  let below = 0;
  const kind = KINDS.find((k) => (below += k.share) > roll) ?? KINDS[0];
  // Half of the customers were there before the year began.
  const joined = Math.max(0, random.int(-DAYS, DAYS - 1));
  const left = random.chance(kind.lapsed) ? random.int(joined, DAYS - 1) : DAYS - 1;
  const favourites = [random.pick(products), random.pick(products), random.pick(products)];
  return Array.from({ length: random.int(kind.ordersFrom, kind.ordersTo) }, () => {
    const day = random.int(joined, left);
    const placedAt = new Date(
      end.getTime() - (DAYS - day) * DAY_MS + random.int(8 * 3_600, 21 * 3_600) * 1_000,
    );
    const lines = Array.from({ length: random.int(1, 4) }, () => {
      const product = random.chance(0.6) ? random.pick(favourites) : random.pick(products);
      return { productId: product.id, quantity: random.int(1, 3), unitPrice: product.price };
    });
    return { id: '', customerId: customer.id, placedAt, lines };
  });
}

const pad = (n: number): string => String(n).padStart(2, '0');
