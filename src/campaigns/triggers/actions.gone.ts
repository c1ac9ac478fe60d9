import type { Ctx } from '../../core/ctx.ts';
import { addMs, MINUTE_MS } from '../../core/time.ts';
import { triggerOf } from '../actions.campaigns.ts';
import { findCampaign } from '../store.campaigns.ts';
import type { HandOff } from '../store.recipients.ts';
import { KEEP_MS } from './actions.scan.ts';
import { membersOf } from './actions.start.ts';
import type { Trigger } from './contract.ts';
import { startedOf } from './data.ts';
import type { Started } from './data.ts';
import { cancelledSince } from './store.gone.ts';
import { endingPoints, endingTiers } from './store.scan.ts';

type Waiting = Started & Pick<HandOff, 'id' | 'contactId' | 'data'>;

/**
 * At hand-off: messages that what has happened since their start makes pointless. Looked at again at every attempt; messages of other
 * campaigns are none of its business.
 */
export async function pointlessOf(
  ctx: Ctx,
  campaignId: string,
  batch: readonly HandOff[],
): Promise<ReadonlySet<string>> {
  const waiting = batch.flatMap(({ id, contactId, data }): Waiting[] => {
    const started = startedOf(data);
    return started === null ? [] : [{ id, contactId, data, ...started }];
  });
  if (waiting.length === 0) return new Set();
  const row = await findCampaign(ctx, campaignId);
  const trigger = row === undefined ? null : triggerOf(row);
  if (row === undefined || trigger === null) return new Set();
  const gone = [
    ...outdated(trigger, waiting, ctx.clock.now()),
    ...(trigger.stillIn ? await outside(ctx, row.segmentId, trigger, waiting) : []),
    ...(trigger.cancelOn.length === 0 ? [] : await cancelledSince(ctx, trigger.cancelOn, waiting)),
    ...(await ended(ctx, trigger, waiting)),
  ];
  return new Set(gone);
}

/** A greeting that nobody could send on its day is not sent days later. */
function outdated({ start, delayMinutes }: Trigger, waiting: readonly Waiting[], now: Date): string[] {
  const dated =
    start.type === 'date' ||
    start.type === 'points_expiring' ||
    (start.type === 'tier' && start.on === 'losing');
  if (!dated) return [];
  return waiting.filter(({ at }) => addMs(at, delayMinutes * MINUTE_MS + KEEP_MS) < now).map(({ id }) => id);
}

async function outside(
  ctx: Ctx,
  segmentId: string | null,
  { start }: Trigger,
  waiting: readonly Waiting[],
): Promise<string[]> {
  const gone: string[] = [];
  if (start.type === 'segment') {
    const members = await membersOf(ctx, start.segmentId, waiting);
    gone.push(
      ...waiting
        .filter(({ contactId }) => members.has(contactId) !== (start.on === 'entered'))
        .map(({ id }) => id),
    );
  }
  if (segmentId === null) return gone;
  const own = await membersOf(ctx, segmentId, waiting);
  return [...gone, ...waiting.filter(({ contactId }) => !own.has(contactId)).map(({ id }) => id)];
}

const ALL = { after: '00000000-0000-0000-0000-000000000000', limit: 100_000 };

/** Points that were spent, a tier that was saved. What is left of the points is what the text says. */
async function ended(ctx: Ctx, { start }: Trigger, waiting: readonly Waiting[]): Promise<string[]> {
  const tiers = start.type === 'tier' && start.on === 'losing';
  if (start.type !== 'points_expiring' && !tiers) return [];
  const days = waiting.flatMap(({ day }) => (day === null ? [] : [day])).toSorted();
  const [from, to] = [days[0], days.at(-1)];
  if (from === undefined || to === undefined) return [];
  const page = { ...ALL, contactIds: [...new Set(waiting.map(({ contactId }) => contactId))] };
  const what = { programId: start.programId, tierId: tiers ? (start.tierId ?? null) : null };
  const left = new Map(
    tiers
      ? (await endingTiers(ctx, what, { from, to }, page)).map((one) => [`${one.contactId} ${one.day}`, 0])
      : (await endingPoints(ctx, start.programId, { from, to }, page)).map((one) => [
          `${one.contactId} ${one.day}`,
          one.points,
        ]),
  );
  for (const { contactId, day, data } of waiting) {
    const points = data?.['points'];
    const expiring = left.get(`${contactId} ${day}`);
    if (typeof points === 'object' && points !== null && expiring !== undefined)
      Object.assign(points, { expiring });
  }
  return waiting.filter(({ contactId, day }) => !left.has(`${contactId} ${day}`)).map(({ id }) => id);
}
