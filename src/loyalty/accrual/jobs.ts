import { z } from 'zod';
import type { Ctx } from '../../core/ctx.ts';
import type { Job, OutboxEvent, Subscription } from '../../core/jobs.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { recordedEvents } from '../../tracking/index.ts';
import { EARNING_BACKTEST_JOB } from './actions.backtest.ts';
import { runEarningBacktests } from './actions.backtest-run.ts';
import { countEvents, countOrders } from './actions.count.ts';
import { settleEnrolments } from './actions.days.ts';
import { settleEvents } from './actions.events.ts';
import { settleOrders } from './actions.orders.ts';
import { looseReturnsOf } from './store.loose.ts';
import { followedSales, unsettledSales } from './store.orders.ts';
import { liveRules } from './store.rules.ts';

/** Events of a transaction of the usual size. */
const EVENTS = 1_000;
/** Contacts of a load at once, and sales of them in one round. */
const CONTACTS = 200;
const SALES = 2_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

const placed = z.object({ orderId: z.uuid() });
const returned = z.object({ contactId: z.uuid(), originalOrderId: z.uuid().nullable() });
const ofContact = z.object({ contactId: z.uuid() });
const ofContacts = z.object({ contactIds: z.array(z.uuid()) });
const joined = z.object({ contactId: z.uuid(), programId: z.uuid() });

const payloads = <T>(events: readonly OutboxEvent[], schema: z.ZodType<T>): T[] =>
  events.map(({ payload }) => schema.parse(payload));

/** Orders earn, and count in challenges. */
async function ordersTold(ctx: Ctx, orderIds: readonly string[]): Promise<void> {
  await settleOrders(ctx, orderIds);
  await countOrders(ctx, orderIds);
}

export const accrualSubscriptions: Subscription[] = [
  {
    name: 'earn order.placed',
    topic: 'order.placed',
    handle: (ctx, events) =>
      ordersTold(
        ctx,
        payloads(events, placed).map(({ orderId }) => orderId),
      ),
  },
  {
    name: 'earn receipt.claimed',
    topic: 'receipt.claimed',
    handle: (ctx, events) =>
      settleOrders(
        ctx,
        payloads(events, placed).map(({ orderId }) => orderId),
      ),
  },
  {
    name: 'earn order.returned',
    topic: 'order.returned',
    handle: async (ctx, events) => {
      const told = payloads(events, returned);
      // A return by name may leave fewer goods to those without: all of that buyer's are looked at again.
      const loose = await looseReturnsOf(ctx, [...new Set(told.map(({ contactId }) => contactId))]);
      await ordersTold(ctx, [
        ...told.flatMap(({ originalOrderId: id }) => (id === null ? [] : [id])),
        ...loose.map(({ orderId }) => orderId),
      ]);
    },
  },
  {
    name: 'earn order.adjusted',
    topic: 'order.adjusted',
    handle: async (ctx, events) =>
      ordersTold(
        ctx,
        await followedSales(
          ctx,
          payloads(events, ofContact).map(({ contactId }) => contactId),
        ),
      ),
  },
  {
    name: 'earn orders.imported',
    topic: 'orders.imported',
    things: CONTACTS,
    handle: async (ctx, events) => {
      const contactIds = [...new Set(payloads(events, ofContacts).flatMap((one) => one.contactIds))];
      const loose = await looseReturnsOf(ctx, contactIds);
      await settleOrders(ctx, [
        ...(await followedSales(ctx, contactIds)),
        ...loose.map(({ orderId }) => orderId),
      ]);
      const rules = await liveRules(ctx, { types: ['amount', 'unit', 'order'] });
      if (!rules.some(({ definition }) => definition.historical)) return;
      let after = FIRST;
      for (;;) {
        const sales = await unsettledSales(ctx, contactIds, after, SALES);
        await settleOrders(ctx, sales, true);
        if (sales.length < SALES) return;
        after = sales.at(-1) ?? after;
      }
    },
  },
  {
    name: 'earn event.recorded',
    topic: 'event.recorded',
    things: EVENTS,
    handle: async (ctx, events) => {
      const recorded = recordedEvents(events);
      await settleEvents(ctx, recorded);
      await countEvents(ctx, recorded);
    },
  },
  {
    name: 'earn member.enrolled',
    topic: 'member.enrolled',
    handle: (ctx, events) => settleEnrolments(ctx, payloads(events, joined)),
  },
];

/** Also picks up what a worker that died had begun. */
export const accrualJobs: Job[] = [
  {
    name: EARNING_BACKTEST_JOB,
    everyMs: MINUTE_MS,
    run: (ctx, _data, signal) => runEarningBacktests(ctx, signal),
  },
];
