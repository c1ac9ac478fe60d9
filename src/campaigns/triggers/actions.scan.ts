import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { addMs, DAY_MS, HOUR_MS, isTimeZone } from '../../core/time.ts';
import { triggerOf } from '../actions.campaigns.ts';
import { findCampaign } from '../store.campaigns.ts';
import type { CampaignRow } from '../store.campaigns.ts';
import { LATE_MS, startMessages } from './actions.start.ts';
import type { Start } from './actions.start.ts';
import type { TriggerStart } from './contract.ts';
import { dateIn, daysToLook, dueOf, kept, momentOf, addDays } from './dates.ts';
import type { Span } from './dates.ts';
import { birthdayPage, datePage, endingPoints, endingTiers, holdScan, moveScan } from './store.scan.ts';
import { liveCampaigns, tierNames } from './store.start.ts';

/**
 * Dates, ends of points, tiers about to be lost: whose moment comes within the hour has a message planned, due at that moment. How far
 * a campaign has looked is kept with it, so that each moment is met once; after an outage those of the last day are made up for.
 */

const AHEAD_MS = HOUR_MS;
/** Contacts of one batch: some hundred milliseconds. */
const PAGE = 5_000;
const FIRST = '00000000-0000-0000-0000-000000000000';
const SCANNED: ReadonlyArray<TriggerStart['type']> = ['date', 'points_expiring', 'tier'];

export async function scanDue(ctx: Ctx, signal: AbortSignal): Promise<number> {
  authorise(ctx, 'campaigns:send');
  let planned = 0;
  for (const { campaignId } of await liveCampaigns(ctx, SCANNED)) {
    if (signal.aborted) break;
    planned += await inTx(ctx, (tx) => scanOne(tx, campaignId));
  }
  return planned;
}

async function scanOne(ctx: Ctx, campaignId: string): Promise<number> {
  const until = await holdScan(ctx, campaignId);
  const row = until === undefined ? undefined : await findCampaign(ctx, campaignId);
  if (until === undefined || row === undefined || row.state !== 'running') return 0;
  const now = ctx.clock.now();
  const late = addMs(now, -LATE_MS);
  const span = { after: until > late ? until : late, to: addMs(now, AHEAD_MS) };
  if (span.to <= span.after) return 0;
  const start = triggerOf(row)?.start;
  const planned = start === undefined ? 0 : await startScanned(ctx, row, start, span);
  await moveScan(ctx, campaignId, span.to);
  return planned;
}

async function startScanned(ctx: Ctx, row: CampaignRow, start: TriggerStart, span: Span): Promise<number> {
  switch (start.type) {
    case 'date':
      return byDate(ctx, row, start, span);
    case 'points_expiring':
      return byPoints(ctx, row, start, span);
    case 'tier':
      return start.on === 'losing' ? byTier(ctx, row, start, span) : 0;
    case 'segment':
    case 'event':
    case 'order':
    default:
      return 0;
  }
}

const zoneOf = (ctx: Ctx, zone: string | null): string =>
  zone !== null && isTimeZone(zone) ? zone : ctx.config.timeZone;

async function byDate(
  ctx: Ctx,
  row: CampaignRow,
  start: Extract<TriggerStart, { type: 'date' }>,
  span: Span,
): Promise<number> {
  const days = daysToLook(span, start.offsetDays);
  let planned = 0;
  for (let after = FIRST; ;) {
    const page =
      start.field === 'birthday'
        ? await birthdayPage(ctx, kept(days), { after, limit: PAGE })
        : await datePage(ctx, start, days, { after, limit: PAGE });
    const starts = page.flatMap(({ contactId, timeZone, date: told }): Start[] => {
      const date = typeof told === 'string' ? dateIn(told) : told;
      if (date === null) return [];
      return dueOf(date, start, zoneOf(ctx, timeZone), span).map(({ key, dueAt }) => ({
        contactId,
        key: `date:${key}`,
        at: dueAt,
        dueAt,
      }));
    });
    planned += await startMessages(ctx, row, starts);
    if (page.length < PAGE) return planned;
    after = page.at(-1)?.contactId ?? after;
  }
}

/** Days of an end whose messages may be due in the span. */
const endDays = (span: Span, daysBefore: number): { from: string; to: string } => {
  const days = daysToLook(span, -daysBefore);
  return { from: days[0] ?? '', to: days.at(-1) ?? '' };
};

type Ending = { contactId: string; timeZone: string | null; day: string };
type Before = { daysBefore: number; at: string };

function dueBefore(ctx: Ctx, { day, timeZone }: Ending, { daysBefore, at }: Before, span: Span): Date | null {
  const dueAt = momentOf(addDays(day, -daysBefore), at, zoneOf(ctx, timeZone));
  return dueAt > span.after && dueAt <= span.to ? dueAt : null;
}

async function byPoints(
  ctx: Ctx,
  row: CampaignRow,
  start: Extract<TriggerStart, { type: 'points_expiring' }>,
  span: Span,
): Promise<number> {
  let planned = 0;
  for (let after = FIRST; ;) {
    const page = await endingPoints(ctx, start.programId, endDays(span, start.daysBefore), {
      after,
      limit: PAGE,
    });
    const starts = page.flatMap((one): Start[] => {
      const dueAt = dueBefore(ctx, one, start, span);
      if (dueAt === null) return [];
      const points = { expiring: one.points, until: `${one.day}T12:00:00.000Z` };
      return [
        {
          contactId: one.contactId,
          key: `points:${one.day}`,
          at: dueAt,
          dueAt,
          data: { points, day: one.day },
        },
      ];
    });
    planned += await startMessages(ctx, row, starts);
    if (page.length < PAGE) return planned;
    after = page.at(-1)?.contactId ?? after;
  }
}

async function byTier(
  ctx: Ctx,
  row: CampaignRow,
  start: Extract<TriggerStart, { type: 'tier' }>,
  span: Span,
): Promise<number> {
  const names = await tierNames(ctx, start.programId);
  const tierId = start.tierId ?? null;
  let planned = 0;
  for (let after = FIRST; ;) {
    const page = await endingTiers(
      ctx,
      { programId: start.programId, tierId },
      endDays(span, start.daysBefore),
      {
        after,
        limit: PAGE,
      },
    );
    const starts = page.flatMap((one): Start[] => {
      const dueAt = dueBefore(ctx, one, start, span);
      if (dueAt === null) return [];
      const tier = {
        name: names.get(one.tierId) ?? null,
        previous: null,
        until: `${one.day}T12:00:00.000Z`,
      };
      return [
        {
          contactId: one.contactId,
          key: `losing:${one.day}`,
          at: dueAt,
          dueAt,
          data: { tier, day: one.day },
        },
      ];
    });
    planned += await startMessages(ctx, row, starts);
    if (page.length < PAGE) return planned;
    after = page.at(-1)?.contactId ?? after;
  }
}

/** How long after its moment a message of a date still makes sense. */
export const KEEP_MS = DAY_MS;
