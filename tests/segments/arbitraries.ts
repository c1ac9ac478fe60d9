import * as fc from 'fast-check';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import type { Rule } from '../../src/segments/contract.rule.ts';
import {
  ages,
  amount,
  CATEGORIES,
  comparison,
  equality,
  iso,
  leafOf,
  measure,
  moment,
  moments,
  order,
  PRODUCTS,
  span,
  window,
  zones,
} from './arbitraries.base.ts';
import { consentLeaf, eventLeaf, happened, wantedLeaf, word } from './arbitraries.facts.ts';
import type { Line, Person } from './naive.ts';

/** Random rules and histories on a coarse grid of moments and values, so that edges are met all the time. */

export const STATIC = '00000000-0000-7000-8000-00000000000a';
export const DYNAMIC = '00000000-0000-7000-8000-00000000000b';

export const line: fc.Arbitrary<Line> = fc
  .record({
    order: fc.integer({ min: 1, max: 4 }),
    at: moment(-20, 20),
    kind: fc.constantFrom<Line['kind'][]>('sale', 'sale', 'sale', 'return', 'adjustment'),
    product: fc.constantFrom(...PRODUCTS),
    quantity: fc.integer({ min: 1, max: 3 }),
    price: fc.constantFrom(0, 5, 995, 1_000, 2_500, 10_000),
    cost: fc.constantFrom(null, 0, 500, 2_000),
    currency: fc.constantFrom<Line['currency'][]>('GBP', 'GBP', 'EUR'),
    channel: fc.constantFrom(null, 'web', 'till'),
    coupons: fc.subarray(['C1', 'C2']),
    trust: fc.constantFrom<Line['trust'][]>('server', 'server', 'server', 'public'),
  })
  .map((one) => ({ ...one, quantity: one.kind === 'return' ? -one.quantity : one.quantity }));

/** What belongs to the document is the same on all of its lines; returns are documents of their own. */
function documents(lines: Line[]): Line[] {
  const numbered = lines.map((one) => ({ ...one, order: one.kind === 'sale' ? one.order : one.order + 10 }));
  const heads = new Map<number, Line>();
  return numbered.map((one) => {
    const head = heads.get(one.order) ?? one;
    heads.set(one.order, head);
    const { at, currency, channel, coupons, trust, kind } = head;
    const same =
      one.kind === kind
        ? one
        : {
            ...one,
            kind,
            quantity: head.kind === 'return' ? -Math.abs(one.quantity) : Math.abs(one.quantity),
          };
    return { ...same, at, currency, channel, coupons, trust };
  });
}

const dateText = fc.oneof(
  moment(-400, 400).map((at) => new Date(at).toISOString()),
  moment(-15, 15).map((at) => new Date(at).toISOString()),
  moment(-400, 400).map((at) => new Date(at).toISOString().slice(0, 10)),
);
export const attributes = fc.record(
  {
    level: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.constant('2'), fc.constant(1.5)),
    note: fc.constantFrom('', 'Alpha', 'beta 10%', 'a_b', 'O\'Hara"; drop table contact; --', 5),
    vip: fc.constantFrom(true, false, 'true'),
    since: fc.oneof(
      dateText,
      fc.constantFrom('2025-02-30', 'yesterday', '2024-02-29', '0000-01-01', '2026-03-25T10:00'),
    ),
    likes: fc.oneof(fc.subarray(['tea', 'jam']), fc.constant('tea')),
  },
  { requiredKeys: [] },
);

export const person: fc.Arbitrary<Omit<Person, 'id'>> = fc.record({
  country: fc.constantFrom(null, '', 'UK', 'France'),
  tags: fc.subarray(['vip', 'new']),
  birthMonth: fc.constantFrom(null, 2, 3, 4, 12),
  birthDay: fc.constantFrom(null, 1, 20, 25, 28, 29, 31),
  createdAt: moment(-40, 5),
  attributes,
  lines: fc.array(line, { maxLength: 7 }).map(documents),
  listed: fc.subarray([STATIC]),
  events: fc.array(happened, { maxLength: 7 }),
  consents: fc.array(word, { maxLength: 4 }),
});

const text = fc.constantFrom(
  'UK',
  'France',
  'Alpha',
  'beta 10%',
  'a_b',
  'a',
  '%',
  'O\'Hara"; drop table contact; --',
);
const number = fc.constantFrom(-1, 0, 1, 1.5, 2, 3);
const relative = fc.oneof(
  fc.record({ unit: fc.constant('days'), amount }),
  fc.record({ unit: fc.constant('hours'), amount: amount.map((n) => n * 6) }),
  fc.record({ unit: fc.constant('calendarDays'), amount, zone: zones }),
);
const of = (field: string, parts: fc.Arbitrary<object>) => parts.map((part) => ({ field, ...part }));
const presence = fc.constantFrom({ op: 'exists' }, { op: 'lacks' });
const textOps = fc.oneof(
  fc.record({ op: equality, value: text }),
  fc.record({ op: fc.constantFrom('in', 'notIn'), value: fc.array(text, { minLength: 1, maxLength: 3 }) }),
  fc.record({ op: fc.constantFrom('contains', 'startsWith', 'endsWith'), value: text }),
  fc.record({
    op: fc.constant('matches'),
    value: fc.constantFrom('^a', '[a-f]+$', '(uk|fr)', '\\d{2}%', 'a.b'),
  }),
  presence,
);
const numberOps = fc.oneof(
  fc.record({ op: equality, value: number }),
  fc.record({ op: order, value: number }),
  span(number, Number).map((range) => ({ op: 'between', ...range })),
  fc.record({ op: fc.constantFrom('in', 'notIn'), value: fc.array(number, { minLength: 1, maxLength: 3 }) }),
);
const dateOps = fc.oneof(
  fc.record({ op: order, value: iso }),
  span(iso, Date.parse).map((range) => ({ op: 'between', ...range })),
  fc
    .tuple(relative, fc.constantFrom('last', 'next'))
    .map(([how, direction]) => ({ op: 'within', direction, ...how })),
  fc.record({ op: fc.constant('anniversary'), days: fc.integer({ min: 1, max: 366 }), zone: zones }),
);
const listOps = fc.oneof(
  fc.record({ op: fc.constant('contains'), value: fc.constantFrom('vip', 'tea') }),
  fc.record({ op: fc.constantFrom('in', 'notIn'), value: fc.constant(['vip', 'tea', 'x']) }),
  presence,
);

const attribute = leafOf(
  'attribute',
  fc.oneof(
    of('country', textOps),
    of('tags', listOps),
    of('createdAt', dateOps),
    of('birthMonth', numberOps),
    of(
      'birthday',
      fc.record({ op: fc.constant('anniversary'), days: fc.integer({ min: 1, max: 40 }), zone: zones }),
    ),
    of('attributes.level', fc.oneof(numberOps, presence)),
    of('attributes.note', textOps),
    of('attributes.vip', fc.record({ op: equality, value: fc.boolean() })),
    of('attributes.since', dateOps),
    of(
      'attributes.likes',
      listOps.map((op) => ({ valueType: 'list', ...op })),
    ),
  ),
);

const where = fc.record(
  {
    products: fc.subarray(PRODUCTS, { minLength: 1 }),
    categories: fc.subarray(Object.values(CATEGORIES), { minLength: 1 }),
    channels: fc.constantFrom(['web'], ['web', 'till']),
    coupons: fc.constantFrom(['C1'], ['C2', 'C3']),
    couponUsed: fc.boolean(),
    quantity: comparison(fc.integer({ min: -2, max: 3 })),
    price: comparison(fc.constantFrom(0, 0.5, 1, 99.5, 100, 200, 250)),
  },
  { requiredKeys: [] },
);
const rest = fc.record(
  { window, where, returns: fc.constantFrom('net', 'exclude'), currency: fc.constantFrom('GBP', 'EUR') },
  { requiredKeys: [] },
);
const purchase = leafOf(
  'purchase',
  fc
    .tuple(
      fc.oneof(
        measure(['orders', 'distinctProducts', 'units'], fc.integer({ min: -1, max: 4 })),
        measure(
          ['revenue', 'margin', 'averageOrderValue'],
          fc.constantFrom(-500, 0, 1, 99, 100, 500, 1_000, 1_250),
        ),
        ages,
        moments,
      ),
      rest,
    )
    .map(([test, more]) => ({ ...more, ...test })),
);

const leaf = fc.oneof(
  { weight: 3, arbitrary: attribute },
  { weight: 5, arbitrary: purchase },
  { weight: 4, arbitrary: eventLeaf },
  { weight: 4, arbitrary: wantedLeaf },
  { weight: 1, arbitrary: consentLeaf },
  {
    weight: 1,
    arbitrary: fc.constantFrom(STATIC, DYNAMIC).map((segmentId) => ({ type: 'segment', segmentId })),
  },
);

const tree = (leaves: fc.Arbitrary<object>) =>
  fc.letrec<{ node: object }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaves,
      fc.record({
        type: fc.constantFrom('all', 'any'),
        children: fc.array(tie('node'), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({ type: fc.constant('not'), child: tie('node') }),
    ),
  })).node;

/** Parsed as a user's rule would be, so that the generator cannot stray from the language. */
export const rule: fc.Arbitrary<Rule> = tree(leaf).map((node) => ruleSchema.parse(node));
/** For segments that are referred to. */
export const innerRule: fc.Arbitrary<Rule> = tree(fc.oneof(attribute, purchase, eventLeaf)).map((node) =>
  ruleSchema.parse(node),
);
export const now = moment(-8, 14);
/** For lives with merges in them: of facts, and of what the present row says. */
export const lifeRule: fc.Arbitrary<Rule> = tree(
  fc.oneof(
    { weight: 2, arbitrary: purchase },
    { weight: 3, arbitrary: eventLeaf },
    { weight: 3, arbitrary: wantedLeaf },
    { weight: 2, arbitrary: consentLeaf },
    { weight: 1, arbitrary: leafOf('attribute', of('country', textOps)) },
  ),
).map((node) => ruleSchema.parse(node));
