import type { TFunction } from 'i18next';
import type {
  EntryTrigger,
  JourneyDefinition,
  JourneyNode,
  Kind,
  NodeOf,
  Place,
  Reentry,
} from './definition.ts';
import { ENTRY, newNode, newNodeId } from './definition.ts';
import { added, connected, inserted, tidied } from './edit.ts';

/** Journeys to begin with. What only the shop knows (segments, templates, coupons) is left open, and the check asks for it. */

export const STARTERS = ['welcome', 'cart', 'winback', 'review', 'blank'] as const;
export type Starter = (typeof STARTERS)[number];

type T = TFunction<'journeys'>;

const begin = (trigger: EntryTrigger, reentry: Reentry = { type: 'once' }): JourneyDefinition =>
  tidied({
    entry: { trigger, reentry, filterSegmentId: null, position: { x: 0, y: 0 } },
    nodes: [newNode('exit', 'exit')],
    edges: [{ from: ENTRY, exit: 'next', to: 'exit' }],
  });

const made = <K extends Kind>(kind: K, over: Partial<NodeOf<K>>): JourneyNode =>
  Object.assign(newNode(kind, newNodeId(kind)), over);

/** One after the other from a place on, each at the given exit of the one before. */
function chain(start: JourneyDefinition, from: Place, steps: readonly JourneyNode[]): JourneyDefinition {
  let definition = start;
  let place = from;
  for (const step of steps) {
    definition = inserted(definition, place, step);
    place = { from: step.id, exit: 'next' };
  }
  return definition;
}

const FIRST: Place = { from: ENTRY, exit: 'next' };
const days = (amount: number): NodeOf<'wait'>['for'] => ({ amount, unit: 'days' });
const withGoal = (definition: JourneyDefinition): JourneyDefinition => added(definition, made('goal', {}));

const offer = (name: string): JourneyNode => made('message', { name, purpose: 'activation' });

function welcome(t: T): JourneyDefinition {
  const hello = made('message', { name: t('starters.welcome.hello') });
  const read = made('branch', {
    name: t('starters.welcome.read'),
    arms: [{ id: 'opened', name: '', when: { type: 'message', node: hello.id, did: 'opened' } }],
  });
  const more = made('message', { name: t('starters.welcome.more') });
  const again = made('message', { name: t('starters.welcome.again') });
  const base = chain(begin({ type: 'segment', segmentId: null, on: 'entered' }), FIRST, [
    hello,
    made('wait', { for: days(2) }),
    read,
  ]);
  const both = inserted(
    inserted(base, { from: read.id, exit: 'opened' }, more),
    { from: read.id, exit: 'else' },
    again,
  );
  const rest = made('wait', { for: days(5) });
  const met = connected(
    inserted(both, { from: more.id, exit: 'next' }, rest),
    { from: again.id, exit: 'next' },
    rest.id,
  );
  return withGoal(inserted(met, { from: rest.id, exit: 'next' }, offer(t('starters.welcome.offer'))));
}

const cart = (t: T): JourneyDefinition =>
  withGoal(
    chain(begin({ type: 'event', name: 'Product Added', where: [] }, { type: 'after', days: 7 }), FIRST, [
      made('wait', { for: { amount: 2, unit: 'hours' } }),
      made('message', { name: t('starters.cart.left') }),
      made('wait', { for: days(1) }),
      offer(t('starters.cart.offer')),
    ]),
  );

function winback(t: T): JourneyDefinition {
  const miss = made('message', { name: t('starters.winback.miss') });
  const click = made('wait-event', {
    event: { type: 'response', node: miss.id, did: 'clicked' },
    timeout: days(5),
  });
  const split = newNode('split');
  const gift = made('incentive', { give: { type: 'points', programId: null, points: 200 }, most: 1_000 });
  const told = made('message', { name: t('starters.winback.points') });
  const base = chain(
    begin({ type: 'segment', segmentId: null, on: 'entered' }, { type: 'after', days: 180 }),
    FIRST,
    [miss, click],
  );
  const halves = inserted(base, { from: click.id, exit: 'timeout' }, split);
  const points = inserted(
    inserted(halves, { from: split.id, exit: 'a' }, gift),
    { from: gift.id, exit: 'given' },
    told,
  );
  return withGoal(inserted(points, { from: split.id, exit: 'b' }, offer(t('starters.winback.coupon'))));
}

function review(t: T): JourneyDefinition {
  const wrote = made('wait-event', {
    event: { type: 'event', name: 'Product Reviewed', where: [] },
    timeout: days(7),
  });
  const thanks = made('incentive', { give: { type: 'points', programId: null, points: 50 }, most: 1_000 });
  const base = chain(begin({ type: 'order', minTotalMinor: 0 }, { type: 'after', days: 30 }), FIRST, [
    made('wait', { for: { amount: 2, unit: 'weeks' } }),
    made('wait-until', { at: '10:00', weekdays: [1, 2, 3, 4, 5] }),
    made('message', { name: t('starters.review.ask') }),
    wrote,
  ]);
  return inserted(base, { from: wrote.id, exit: 'happened' }, thanks);
}

const MAKE: Record<Starter, (t: T) => JourneyDefinition> = {
  welcome,
  cart,
  winback,
  review,
  blank: () => begin({ type: 'segment', segmentId: null, on: 'entered' }),
};

export const startOf = (starter: Starter, t: T): JourneyDefinition => MAKE[starter](t);
