import * as fc from 'fast-check';

/** Moments, windows and comparisons on a coarse grid, so that edges are met all the time. */

const HOUR = 3_600_000;
/** Summer time begins in Berlin on 29 March 2026; 28 February stands in for the 29th. */
export const EPOCH = Date.parse('2026-03-20T00:00:00Z');
const STEP = 6 * HOUR;
export const moment = (from: number, to: number) =>
  fc.integer({ min: from * 4, max: to * 4 }).map((step) => EPOCH + step * STEP);
export const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata');

export const PRODUCTS = ['P1', 'P2', 'P3'];
export const CATEGORIES = { root: 'root', tea: 'tea', green: 'green' };

export const amount = fc.integer({ min: 1, max: 20 });
export const order = fc.constantFrom('gt', 'gte', 'lt', 'lte');
export const equality = fc.constantFrom('is', 'isNot');
export const iso = moment(-20, 20).map((at) => new Date(at).toISOString());
export const span = <T>(values: fc.Arbitrary<T>, by: (value: T) => number) =>
  fc.tuple(values, values).map(([a, b]) => (by(a) <= by(b) ? { from: a, to: b } : { from: b, to: a }));
export const leafOf = (type: string, parts: fc.Arbitrary<object>) => parts.map((part) => ({ type, ...part }));

export const window = fc.oneof(
  fc.constant({ type: 'ever' }),
  fc.record({ type: fc.constant('last'), unit: fc.constant('days'), amount }),
  fc.record({ type: fc.constant('last'), unit: fc.constant('hours'), amount: amount.map((n) => n * 6) }),
  fc.record({ type: fc.constant('calendar'), days: amount, zone: zones }),
  span(iso, Date.parse)
    .filter((range) => range.from !== range.to)
    .map((range) => ({ type: 'between', ...range })),
);
export const comparison = (values: fc.Arbitrary<number>) =>
  fc.oneof(
    fc.record({ op: fc.oneof(equality, order), value: values }),
    span(values, Number).map((range) => ({ op: 'between', ...range })),
  );
export const measure = (names: string[], values: fc.Arbitrary<number>) =>
  fc.tuple(fc.constantFrom(...names), comparison(values)).map(([name, test]) => ({ measure: name, ...test }));
export const ages = fc
  .tuple(
    measure(['daysSinceFirst', 'daysSinceLast'], fc.constantFrom(-1, 0, 1, 2.5, 3, 7, 15)),
    fc.record({ zone: zones }, { requiredKeys: [] }),
  )
  .map(([test, zone]) => ({ ...test, ...zone }));
export const moments = fc
  .tuple(
    fc.constantFrom('firstAt', 'lastAt'),
    fc.oneof(
      fc.record({ op: order, value: iso }),
      span(iso, Date.parse).map((range) => ({ op: 'between', ...range })),
    ),
  )
  .map(([name, test]) => ({ measure: name, ...test }));
