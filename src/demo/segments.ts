/** Segments of the demo, written as a marketer's rules. */
export type DemoSegment = { name: string; description: string; rule: object };

const purchase = (measure: string, rest: object) => ({ type: 'purchase', measure, ...rest });
const all = (...children: object[]) => ({ type: 'all', children });

/** Sales as they were made: lines with a price and a quantity, as if nothing had come back. */
const asSold = {
  returns: 'exclude',
  where: { quantity: { op: 'gt', value: 0 }, price: { op: 'gt', value: 0 } },
};
const sold = (measure: string, rest: { where?: object; [key: string]: unknown }) =>
  purchase(measure, { ...asSold, ...rest, where: { ...asSold.where, ...rest.where } });
const bought = (product: string) => sold('orders', { where: { products: [product] }, op: 'gte', value: 1 });

/** For the Online Retail file: its year ended on 2011-12-09, so the dates are absolute. The first gets the campaign. */
export const RETAIL_SEGMENTS: readonly DemoSegment[] = [
  {
    name: 'Big and recent',
    description: 'Revenue of 1,000 or more, last order on or after 10 November 2011',
    rule: all(
      sold('revenue', { op: 'gte', value: 100_000 }),
      sold('lastAt', { op: 'gte', value: '2011-11-10' }),
    ),
  },
  {
    name: 'Bought once, long ago',
    description: 'Exactly one order, before June 2011',
    rule: all(sold('orders', { op: 'is', value: 1 }), sold('lastAt', { op: 'lt', value: '2011-06-01' })),
  },
  { name: 'Ten orders or more', description: 'The regulars', rule: sold('orders', { op: 'gte', value: 10 }) },
  {
    name: 'Outside the United Kingdom',
    description: 'Customers abroad with at least one purchase',
    rule: all(
      { type: 'attribute', field: 'country', op: 'isNot', value: 'United Kingdom' },
      sold('orders', { op: 'gte', value: 1 }),
    ),
  },
  { name: 'Bought 85123A', description: 'The white hanging heart holder', rule: bought('85123A') },
  {
    name: 'Bought 85123A and 22423',
    description: 'The heart holder and the cake stand',
    rule: all(bought('85123A'), bought('22423')),
  },
];

/** For the invented shop, whose year ended yesterday. The first gets the campaign. */
export const SHOP_SEGMENTS: readonly DemoSegment[] = [
  {
    name: 'Lapsed regulars',
    description: 'Two orders or more, none for 60 days',
    rule: all(
      purchase('orders', { op: 'gte', value: 2 }),
      purchase('daysSinceLast', { op: 'gte', value: 60 }),
    ),
  },
  {
    name: 'First-time buyers',
    description: 'Exactly one order',
    rule: purchase('orders', { op: 'is', value: 1 }),
  },
  {
    name: 'Active this month',
    description: 'An order in the last 30 days',
    rule: purchase('orders', { op: 'gte', value: 1, window: { type: 'last', unit: 'days', amount: 30 } }),
  },
  {
    name: 'Big spenders',
    description: 'Revenue of 300 or more in the last 365 days',
    rule: purchase('revenue', {
      op: 'gte',
      value: 30_000,
      window: { type: 'last', unit: 'days', amount: 365 },
    }),
  },
  {
    name: 'Tea but no teaware',
    description: 'Bought tea, never a pot or a cup',
    rule: all(purchase('orders', { op: 'gte', value: 1, where: { categories: ['Tea'] } }), {
      type: 'not',
      child: purchase('orders', { op: 'gte', value: 1, where: { categories: ['Teaware'] } }),
    }),
  },
];
