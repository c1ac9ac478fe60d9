import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { trigger } from '../../src/campaigns/triggers/contract.ts';
import {
  delayOf,
  emptyTrigger,
  START_TYPES,
  triggerDraftOf,
  triggerInputOf,
} from '../../web/src/pages/campaigns/start/model.ts';

const at = fc.constantFrom('00:00', '10:00', '23:59');
const name = fc.stringMatching(/^[a-z][a-z_]{0,20}$/);
const days = fc.integer({ min: 0, max: 365 });
const start = fc.oneof(
  fc.record({ type: fc.constant('segment'), segmentId: fc.uuid(), on: fc.constantFrom('entered', 'left') }),
  fc.record({
    type: fc.constant('event'),
    name,
    where: fc.array(fc.record({ property: name, op: fc.constant('gte'), value: fc.integer() }), {
      maxLength: 3,
    }),
    trust: fc.constantFrom('server', 'verified', 'public'),
  }),
  fc.record({ type: fc.constant('order'), minTotalMinor: fc.nat() }),
  fc.record({
    type: fc.constant('date'),
    field: name.map((one) => `attributes.${one}`),
    offsetDays: fc.integer({ min: -365, max: 365 }),
    at,
    yearly: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('date'),
    field: fc.constant('birthday'),
    offsetDays: days,
    at,
    yearly: fc.constant(true),
  }),
  fc.record({ type: fc.constant('points_expiring'), programId: fc.uuid(), daysBefore: days, at }),
  fc.record(
    {
      type: fc.constant('tier'),
      programId: fc.uuid(),
      on: fc.constantFrom('reached', 'lost', 'losing'),
      tierId: fc.uuid(),
      daysBefore: days,
      at,
    },
    { requiredKeys: ['type', 'programId', 'on', 'daysBefore', 'at'] },
  ),
);
const anyTrigger = fc.record({
  start,
  delayMinutes: fc.integer({ min: 0, max: 90 * 24 * 60 }),
  stillIn: fc.boolean(),
  cancelOn: fc
    .tuple(fc.boolean(), fc.array(name, { maxLength: 4 }))
    .map(([order, events]) => [
      ...(order ? [{ type: 'order' }] : []),
      ...events.map((one) => ({ type: 'event', name: one })),
    ]),
  reentry: fc.oneof(
    fc.constant({ type: 'always' }),
    fc.constant({ type: 'once' }),
    fc.record({ type: fc.constant('after'), days: fc.integer({ min: 1, max: 3_650 }) }),
  ),
});

test('whatever start the API knows, the wizard opens and saves it as it was', () => {
  fc.assert(
    fc.property(anyTrigger, (given) => {
      const stored = trigger.parse(given);
      const saved = triggerInputOf(triggerDraftOf(stored));
      expect(trigger.parse(saved)).toEqual(stored);
    }),
  );
});

test('a wait is told in its largest whole unit', () => {
  expect([0, 45, 120, 1_440, 1_500].map(delayOf)).toEqual([
    { delay: 0, unit: 'hours' },
    { delay: 45, unit: 'minutes' },
    { delay: 2, unit: 'hours' },
    { delay: 1, unit: 'days' },
    { delay: 25, unit: 'hours' },
  ]);
});

test('a start that names nothing yet is no start', () => {
  const made = START_TYPES.filter((type) => triggerInputOf({ ...emptyTrigger(), type }) !== null);
  expect(made).toEqual(['order', 'date']);
});
