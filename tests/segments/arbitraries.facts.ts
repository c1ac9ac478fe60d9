import * as fc from 'fast-check';
import {
  ages,
  CATEGORIES,
  comparison,
  equality,
  leafOf,
  measure,
  moment,
  moments,
  order,
  PRODUCTS,
  window,
} from './arbitraries.base.ts';
import type { Happened, Word } from './naive.base.ts';

/** Events, consents, and the leaves about them. */

const properties = fc.record(
  {
    product_id: fc.constantFrom<unknown[]>('P1', 'P1', 'P1', 'P2', ' P2\t', 'P3', 'P9', '', 7, null, true),
    sku: fc.constantFrom('P2', 'P3', ''),
    category: fc.constantFrom<unknown[]>('green', 'tea', 'Leaves', ' Shop ', 'nowhere', 5, ''),
    list_id: fc.constantFrom<unknown[]>('tea', 'root', 9),
    price: fc.constantFrom<unknown[]>(0.1, 0.2, 0.3, 1, 1, 2.5, -1, -0.1, '2', '', null, true, [1]),
    colour: fc.constantFrom<unknown[]>('red', 'Red', 'blue 10%', 5, '5', '', false, null, []),
  },
  { requiredKeys: [] },
);

const NAMES = [
  'Product Viewed',
  'Product Viewed',
  'Product Added',
  'Wishlist Product Added to Cart',
  'Product List Viewed',
  'Signed Up',
];

export const happened: fc.Arbitrary<Happened> = fc.record({
  at: moment(-20, 20),
  name: fc.constantFrom(...NAMES),
  type: fc.constantFrom<Happened['type'][]>('track', 'track', 'track', 'track', 'track', 'page'),
  bot: fc.integer({ min: 0, max: 9 }).map((k) => k === 0),
  properties,
});

const purpose = fc.constantFrom('marketing', 'informational');
const channel = fc.constantFrom('email', 'sms');
export const word: fc.Arbitrary<Word> = fc.record({
  n: fc.nat(),
  at: moment(-20, 20),
  purpose,
  channel,
  granted: fc.boolean(),
});

const text = fc.constantFrom('red', 'blue 10%', '5', 'false', '%', 'ed');
const number = fc.constantFrom(-1, 0, 1, 2.5, 5);
const property = fc.constantFrom('price', 'colour');
const says = fc.oneof(
  fc.record({ property, op: equality, value: fc.oneof(text, number, fc.boolean()) }),
  fc.record({
    property,
    op: fc.constantFrom('in', 'notIn'),
    value: fc.array(text, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ property, op: fc.constant('contains'), value: text }),
  fc.record({ property, op: order, value: number }),
  fc.record({ property, op: fc.constantFrom('exists', 'lacks') }),
);
const rest = fc.record({ window, where: fc.array(says, { maxLength: 1 }) }, { requiredKeys: [] });
const counts = fc.integer({ min: 0, max: 4 });
const figures = fc.constantFrom(-1, 0, 0.1, 0.2, 0.3, 0.6, 1, 1.5, 2, 2.5, 3);

export const eventLeaf = leafOf(
  'event',
  fc
    .tuple(
      fc.constantFrom(...NAMES.slice(0, 3)),
      fc.oneof(
        comparison(counts),
        measure(['count'], counts),
        measure(['sum', 'avg', 'min', 'max'], figures).map((test) => ({ ...test, property: 'price' })),
        fc.tuple(property, measure(['distinct'], counts)).map(([of, test]) => ({ ...test, property: of })),
        ages,
        moments,
      ),
      rest,
    )
    .map(([name, test, more]) => ({ name, ...more, ...test })),
);

const wantedRest = fc.record(
  {
    sign: fc.constantFrom('viewed', 'carted', 'either'),
    times: fc.integer({ min: 1, max: 3 }),
    window,
  },
  { requiredKeys: [] },
);
const namedOf = (values: string[]) =>
  fc.record({ named: fc.subarray(values, { minLength: 1 }) }, { requiredKeys: [] });
export const wantedLeaf = leafOf(
  'wanted',
  fc
    .tuple(
      fc.oneof(
        namedOf([...PRODUCTS, 'P9', '7']).map((named) => ({ of: 'product', ...named })),
        namedOf([...Object.values(CATEGORIES), 'nowhere']).map((named) => ({ of: 'category', ...named })),
      ),
      wantedRest,
    )
    .map(([what, more]) => ({ ...what, ...more })),
);

export const consentLeaf = leafOf(
  'consent',
  fc
    .tuple(fc.constantFrom('has', 'lacks'), fc.record({ purpose, channel }, { requiredKeys: [] }))
    .map(([op, which]) => ({ op, ...which })),
);
