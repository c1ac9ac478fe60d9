import * as fc from 'fast-check';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import { moment } from './arbitraries.base.ts';
import { consentLeaf, eventLeaf, happened, wantedLeaf, word } from './arbitraries.facts.ts';
import { line, person } from './arbitraries.ts';

/** Much that happens with few things within few days, so that signs, sales and words meet at one moment and in one window. */

const at = moment(-3, 3);
const few = fc.constantFrom('P1', 'P1', 'P2');
const near = happened.chain((one) =>
  fc.record({ at, code: few }).map(({ at: when, code }) => ({
    ...one,
    at: when,
    properties: { ...one.properties, product_id: code },
  })),
);

export const busyPerson = person.chain((one) =>
  fc
    .record({
      events: fc.array(fc.oneof({ weight: 3, arbitrary: near }, { weight: 1, arbitrary: happened }), {
        minLength: 2,
        maxLength: 8,
      }),
      lines: fc.array(
        fc.record({ bought: line, at, product: few }).map(({ bought, ...more }) => ({ ...bought, ...more })),
        { maxLength: 3 },
      ),
      consents: fc.array(
        fc
          .record({ said: word, at })
          .map(({ said, at: when }) => ({ ...said, at: when, purpose: 'marketing' })),
        { maxLength: 6 },
      ),
    })
    .map(({ events, lines, consents }) => ({
      ...one,
      events,
      consents,
      // Each a document of its own.
      lines: lines.map((bought, i) => ({ ...bought, order: bought.kind === 'sale' ? i : i + 10 })),
    })),
);

export const busyNow = moment(-3, 5);

const short = fc.oneof(
  fc.constant({}),
  fc.integer({ min: 1, max: 8 }).map((n) => ({ window: { type: 'last', unit: 'hours', amount: n * 6 } })),
  fc.constant({ window: { type: 'calendar', days: 2, zone: 'Europe/Berlin' } }),
);

export const factsLeaf = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: wantedLeaf },
      { weight: 3, arbitrary: eventLeaf },
      { weight: 1, arbitrary: consentLeaf },
    ),
    short,
  )
  .map(([leaf, window]) => ruleSchema.parse(leaf.type === 'consent' ? leaf : { ...leaf, ...window }));
