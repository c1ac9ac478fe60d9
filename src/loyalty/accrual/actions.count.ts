import { holdContacts } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { minorDigits } from '../../core/money.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import type { EventRecorded } from '../../tracking/contract.ts';
import { readSales } from './actions.orders.ts';
import { book } from './actions.settle.ts';
import type { Settled } from './actions.settle.ts';
import { passes, trusted, wordOf } from './match.ts';
import { netOf, sum } from './sale.ts';
import { accrualsOf } from './store.accruals.ts';
import type { AccrualRow } from './store.accruals.ts';
import { addActions, dropActions, openChallenges, progressOf } from './store.challenges.ts';
import type { Action, Challenge } from './store.challenges.ts';
import { eventsByKey } from '../../tracking/index.ts';
import type { EventRead } from '../../tracking/index.ts';
import { membershipsOf } from './store.facts.ts';
import type { Membership } from './store.facts.ts';

/** Counts what challenges ask for and gives their reward, once; what is sent back counts no more and takes the reward along. */

/** What is sent back later than this after the end leaves the reward. */
const AFTER_DAYS = 90;

const open = async (ctx: Ctx, kind: 'event' | 'order'): Promise<Challenge[]> =>
  (await openChallenges(ctx, addMs(ctx.clock.now(), -AFTER_DAYS * DAY_MS))).filter(
    (one) => one.counts.kind === kind,
  );

const counts = (one: Challenge, member: Membership, at: Date): boolean =>
  one.programId === member.programId && at >= one.startsAt && at < one.endsAt && member.enrolledAt <= at;

export async function countEvents(ctx: Ctx, events: readonly EventRecorded[]): Promise<void> {
  const asked = await open(ctx, 'event');
  const wanted = events.filter(
    ({ bot, name }) => !bot && asked.some(({ counts: of }) => of.kind === 'event' && of.event === name),
  );
  if (wanted.length === 0) return;
  await inTx(ctx, async (tx) => {
    const present = await holdContacts(
      tx,
      wanted.map(({ contactId }) => contactId),
      'alone',
    );
    const members = await membershipsOf(tx, [...new Set(present.values())]);
    const found = await eventsByKey(
      tx,
      wanted.map(({ contactId, id, occurredAt }) => ({
        contactId: present.get(contactId) ?? contactId,
        id,
        occurredAt: new Date(occurredAt),
      })),
    );
    const actions = found.flatMap((event) =>
      members
        .filter(({ contactId }) => contactId === event.contactId)
        .flatMap((member) =>
          asked.filter((one) => counts(one, member, event.occurredAt)).flatMap((one) => actionOf(one, event)),
        ),
    );
    await addActions(tx, actions);
    await reward(tx, asked, members, actions);
  });
}

function actionOf({ challengeId, counts: of }: Challenge, event: EventRead): Action[] {
  if (of.kind !== 'event' || of.event !== event.name) return [];
  if (!trusted(event.trust, of.trust) || !passes(of.where, event.properties)) return [];
  const { contactId, id, occurredAt } = event;
  if (of.onceBy === undefined) return [{ contactId, challengeId, source: `event:${id}`, occurredAt }];
  const item = wordOf(event.properties[of.onceBy]);
  return item === null ? [] : [{ contactId, challengeId, source: `item:${item}`, occurredAt }];
}

/** Orders count while something of them is left. */
export async function countOrders(ctx: Ctx, orderIds: readonly string[]): Promise<void> {
  const asked = await open(ctx, 'order');
  if (asked.length === 0 || orderIds.length === 0) return;
  await inTx(ctx, async (tx) => {
    const { orders, members } = await readSales(tx, orderIds);
    const minor = 10n ** BigInt(6 - minorDigits(tx.config.baseCurrency));
    const add: Action[] = [];
    const drop: Action[] = [];
    for (const { row, sale, returned } of orders) {
      const left = sum(
        netOf(sale, returned)
          .lines.filter(({ quantity }) => quantity > 0n)
          .map(({ baseAmount }) => baseAmount),
      );
      for (const member of members.filter(({ contactId }) => contactId === row.contactId))
        for (const one of asked.filter((each) => counts(each, member, row.occurredAt))) {
          const least = one.counts.kind === 'order' ? BigInt(one.counts.minAmountMinor) * minor : 0n;
          const action = {
            contactId: row.contactId,
            challengeId: one.challengeId,
            source: `order:${row.orderId}`,
            occurredAt: row.occurredAt,
          };
          (left > 0n && left >= least ? add : drop).push(action);
        }
    }
    await addActions(tx, add);
    await dropActions(tx, drop);
    await reward(tx, asked, members, [...add, ...drop]);
  });
}

async function reward(
  ctx: Ctx,
  asked: readonly Challenge[],
  members: readonly Membership[],
  actions: readonly Action[],
): Promise<void> {
  const contactIds = [...new Set(actions.map(({ contactId }) => contactId))];
  const challengeIds = [...new Set(actions.map(({ challengeId }) => challengeId))];
  const progress = await progressOf(ctx, contactIds, challengeIds);
  const rows = await accrualsOf(
    ctx,
    progress.map(({ contactId, challengeId }) => ({ contactId, source: `challenge:${challengeId}` })),
  );
  const settled = progress.flatMap(({ contactId, challengeId, done }): Settled[] => {
    const one = asked.find((each) => each.challengeId === challengeId);
    const member = members.find((each) => each.contactId === contactId && each.programId === one?.programId);
    if (one === undefined || member === undefined) return [];
    const row = rows.find(
      (each) => each.contactId === contactId && each.source === `challenge:${challengeId}`,
    );
    if (row === undefined) return done >= one.target ? [given(ctx, one, member)] : [];
    return done < one.target && row.kept > 0n ? [takenBack(row)] : [];
  });
  await book(ctx, settled, 'each');
}

function given(ctx: Ctx, one: Challenge, { contactId, programId, tier, tierFactor }: Membership): Settled {
  const [source, points, now] = [`challenge:${one.challengeId}`, BigInt(one.points), ctx.clock.now()];
  const facts = {
    tier,
    tierFactor,
    segments: [],
    personCategories: [],
    orders: 0,
    earnOnPointsPart: false,
    maxPointsPerOrder: null,
    paid: '0',
    promo: [],
  };
  return {
    row: {
      contactId,
      programId,
      source,
      occurredAt: now,
      earned: points,
      kept: points,
      rules: [],
      facts,
      settledAt: now,
    },
    movements: [
      { kind: 'accrue', contactId, programId, key: source, source, ref: source, reason: one.name, points },
    ],
  };
}

function takenBack(row: AccrualRow): Settled {
  const { contactId, programId, source } = row;
  return {
    row: { ...row, kept: 0n },
    movements: [
      { kind: 'reduce', contactId, programId, key: `${source}:keep:0`, source, ref: source, keep: 0n },
    ],
  };
}
