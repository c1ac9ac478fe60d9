import { z } from 'zod';
import type { Ctx } from '../../core/ctx.ts';
import type { Job, OutboxEvent, Subscription } from '../../core/jobs.ts';
import { MINUTE_MS } from '../../core/time.ts';
import { eventsByKey, recordedEvents } from '../../tracking/index.ts';
import type { EventRecorded } from '../../tracking/contract.ts';
import { triggerOf } from '../actions.campaigns.ts';
import { fulfils } from '../journeys/matches.ts';
import type { CampaignRow } from '../store.campaigns.ts';
import { scanDue } from './actions.scan.ts';
import { isTimely, startMessages } from './actions.start.ts';
import type { Start } from './actions.start.ts';
import type { TriggerStart } from './contract.ts';
import { propertiesOf } from './data.ts';
import { liveCampaigns, tierNames, transitionsOf } from './store.start.ts';

/** What happens elsewhere starts messages; dates and ends of points do by a look ahead. */

type StartOf<T extends TriggerStart['type']> = Extract<TriggerStart, { type: T }>;
type Live<T extends TriggerStart['type']> = { row: CampaignRow; start: StartOf<T> };

/** Running campaigns of one kind of start with what starts them. */
async function live<T extends TriggerStart['type']>(ctx: Ctx, type: T): Promise<Live<T>[]> {
  return (await liveCampaigns(ctx, [type])).flatMap((row) => {
    const start = triggerOf(row)?.start;
    return start?.type === type ? [{ row, start: start as StartOf<T> }] : [];
  });
}

const moved = z.object({
  occurredAt: z.iso.datetime().transform((text) => new Date(text)),
  moves: z.array(z.object({ segmentId: z.uuid(), contactIds: z.array(z.uuid()).nullable() })),
});

/** A build by hand moves any number: in pages. */
const PAGE = 2_000;
const FIRST = '00000000-0000-0000-0000-000000000000';

const onSegment = (direction: 'entered' | 'left'): Subscription => ({
  name: `campaigns by segment ${direction}`,
  topic: `segment.${direction}`,
  handle: async (ctx, events) => {
    const campaigns = (await live(ctx, 'segment')).filter(({ start }) => start.on === direction);
    if (campaigns.length === 0) return;
    for (const { occurredAt, moves } of events.map(({ payload }) => moved.parse(payload)))
      for (const move of moves) {
        const own = campaigns.filter(
          ({ row, start }) =>
            start.segmentId === move.segmentId && isTimely(row, occurredAt, ctx.clock.now()),
        );
        if (own.length > 0) await startMoved(ctx, own, { ...move, direction, at: occurredAt });
      }
  },
});

async function startMoved(
  ctx: Ctx,
  campaigns: readonly Live<'segment'>[],
  move: Parameters<typeof transitionsOf>[1],
): Promise<void> {
  for (let after = FIRST; ;) {
    const found = await transitionsOf(ctx, move, { after, limit: PAGE });
    const starts = found.map(({ contactId, id }) => ({ contactId, key: `segment:${id}`, at: move.at }));
    for (const { row } of campaigns) await startMessages(ctx, row, starts);
    if (found.length < PAGE) return;
    after = found.at(-1)?.id ?? after;
  }
}

const LEVEL = { public: 0, verified: 1, server: 2 } as const;

const onEvents: Subscription = {
  name: 'campaigns by event',
  topic: 'event.recorded',
  handle: async (ctx, events) => {
    const campaigns = await live(ctx, 'event');
    if (campaigns.length === 0) return;
    const meant = ({ row, start }: Live<'event'>, one: EventRecorded): boolean =>
      start.name === one.name &&
      LEVEL[one.trust] >= LEVEL[start.trust] &&
      isTimely(row, new Date(one.occurredAt), ctx.clock.now());
    const wanted = recordedEvents(events).filter((one) => !one.bot && campaigns.some((c) => meant(c, one)));
    if (wanted.length === 0) return;
    const found = await eventsByKey(
      ctx,
      wanted.map(({ contactId, id, occurredAt }) => ({ contactId, id, occurredAt: new Date(occurredAt) })),
    );
    const byId = new Map(found.map((one) => [one.id, one]));
    for (const campaign of campaigns) {
      const starts = wanted.flatMap((one): Start[] => {
        const event = byId.get(one.id);
        if (event === undefined || !meant(campaign, one)) return [];
        if (!fulfils(event.properties, campaign.start.where)) return [];
        const { contactId, name, occurredAt: at, trust } = event;
        const properties = propertiesOf(event.properties, trust);
        return [{ contactId, key: `event:${event.id}`, at, data: { event: { name, at, properties } } }];
      });
      await startMessages(ctx, campaign.row, starts);
    }
  },
};

const placed = z.object({
  contactId: z.uuid(),
  orderId: z.uuid(),
  externalId: z.string().nullish(),
  baseTotalMinor: z.number(),
  occurredAt: z.iso.datetime().transform((text) => new Date(text)),
  historical: z.boolean(),
});

const onOrders: Subscription = {
  name: 'campaigns by order',
  topic: 'order.placed',
  handle: async (ctx, events: readonly OutboxEvent[]) => {
    const campaigns = await live(ctx, 'order');
    if (campaigns.length === 0) return;
    const orders = events.map(({ payload }) => placed.parse(payload)).filter(({ historical }) => !historical);
    for (const { row, start } of campaigns)
      await startMessages(
        ctx,
        row,
        orders
          .filter(
            ({ occurredAt, baseTotalMinor }) =>
              baseTotalMinor >= start.minTotalMinor && isTimely(row, occurredAt, ctx.clock.now()),
          )
          .map(({ contactId, orderId, externalId, baseTotalMinor, occurredAt: at }) => ({
            contactId,
            key: `order:${orderId}`,
            at,
            data: {
              order: {
                number: externalId ?? null,
                totalMinor: baseTotalMinor,
                currency: ctx.config.baseCurrency,
                at,
              },
            },
          })),
      );
  },
};

const tierMoved = z.object({
  contactId: z.uuid(),
  programId: z.uuid(),
  transitionId: z.uuid(),
  fromTierId: z.uuid().nullable(),
  toTierId: z.uuid().nullable(),
  direction: z.enum(['up', 'down', 'other']),
  cause: z.string(),
  occurredAt: z.iso.datetime().transform((text) => new Date(text)),
});
/** Nobody has done anything when the rules change, two people turn out to be one, or a membership ends. */
const NO_DEED: ReadonlySet<string> = new Set(['ladder', 'merge', 'left']);

const onTiers: Subscription = {
  name: 'campaigns by tier',
  topic: 'tier.changed',
  handle: async (ctx, events) => {
    const campaigns = await live(ctx, 'tier');
    if (campaigns.length === 0) return;
    const moves = events
      .map(({ payload }) => tierMoved.parse(payload))
      .filter(({ cause }) => !NO_DEED.has(cause));
    for (const { row, start } of campaigns) {
      const direction = start.on === 'reached' ? 'up' : 'down';
      const own = moves.filter(
        (move) =>
          start.on !== 'losing' &&
          move.programId === start.programId &&
          move.direction === direction &&
          (start.tierId === undefined ||
            start.tierId === (direction === 'up' ? move.toTierId : move.fromTierId)) &&
          isTimely(row, move.occurredAt, ctx.clock.now()),
      );
      if (own.length === 0) continue;
      const names = await tierNames(ctx, start.programId);
      const nameOf = (id: string | null): string | null => names.get(id ?? '') ?? null;
      await startMessages(
        ctx,
        row,
        own.map(({ contactId, transitionId, occurredAt: at, fromTierId, toTierId }) => ({
          contactId,
          key: `tier:${transitionId}`,
          at,
          data: { tier: { name: nameOf(toTierId), previous: nameOf(fromTierId), until: null } },
        })),
      );
    }
  },
};

export const triggerSubscriptions: Subscription[] = [
  onSegment('entered'),
  onSegment('left'),
  onEvents,
  onOrders,
  onTiers,
];

/** Looks an hour ahead each time: a moment is met however late the job comes. */
const dates: Job = {
  name: 'campaigns.dates',
  everyMs: 15 * MINUTE_MS,
  run: async (ctx, _data, signal) => void (await scanDue(ctx, signal)),
};

export const triggerJobs: Job[] = [dates];
