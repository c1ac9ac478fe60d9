import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { invalid, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { senderOf } from '../actions.senders.ts';
import { findVisitors } from '../store.visitors.ts';
import type {
  OnsiteFields,
  OnsitePatch,
  OnsiteShown,
  OnsiteView,
  OnsiteCounts,
  OnsiteListed,
} from './contract.ts';
import { fitsPath } from './pattern.ts';
import { onsiteAudience } from './audience.ts';
import { comparisonOf, countsOf } from './store.counts.ts';
import * as store from './store.ts';
import type { OnsiteRow } from './store.ts';

const NOTHING: OnsiteCounts = { shown: 0, clicked: 0, closed: 0, converted: 0 };

export async function listOnsite(ctx: Ctx): Promise<OnsiteListed[]> {
  authorise(ctx, 'campaigns:read');
  const listed = (await store.listMessages(ctx)).map(viewOf);
  const idsOf = (some: readonly OnsiteView[]): string[] => some.map(({ id }) => id);
  const counts = await countsOf(ctx, idsOf(listed));
  const compared = await comparisonOf(ctx, idsOf(listed.filter(({ control }) => control > 0)));
  return listed.map((one) => ({
    ...one,
    counts: counts.get(one.id) ?? NOTHING,
    comparison: compared.get(one.id) ?? null,
  }));
}

/** Throws 422 for an inline message without a slot, and for a link without words or words without a link. */
export async function createOnsite(ctx: Ctx, input: OnsiteFields): Promise<OnsiteView> {
  authorise(ctx, 'campaigns:write');
  check(input);
  return inTx(ctx, async (tx) => {
    await checkSegment(tx, input.segmentId);
    const row = await store.insertMessage(tx, newId(), input);
    await note(tx, 'created', row.messageId, { title: row.title });
    return viewOf(row);
  });
}

export async function changeOnsite(ctx: Ctx, id: string, patch: OnsitePatch): Promise<OnsiteView> {
  authorise(ctx, 'campaigns:write');
  return inTx(ctx, async (tx) => {
    const found = await store.lockMessage(tx, id);
    if (found === null) throw notFound('onsite_message', id);
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const row: OnsiteRow = { ...found, ...given, ...store.instants(patch), updatedAt: tx.clock.now() };
    check(row);
    if (patch.segmentId !== undefined) await checkSegment(tx, patch.segmentId);
    await store.updateMessage(tx, row);
    await note(tx, 'changed', id, given);
    return viewOf(row);
  });
}

export async function deleteOnsite(ctx: Ctx, id: string): Promise<void> {
  authorise(ctx, 'campaigns:write');
  await inTx(ctx, async (tx) => {
    if (!(await store.deleteMessage(tx, id))) throw notFound('onsite_message', id);
    await note(tx, 'deleted', id, {});
  });
}

/**
 * What a page of this path shows now: to everybody, and once the visitor is told also what is for its segments. `personal`: something
 * on this page is for some only. Throws 401 and 403 as ingestion does.
 */
export async function onsiteFor(
  ctx: Ctx,
  page: { writeKey: string; path: string; anonymousId?: string | undefined; origin: string | null },
): Promise<{ messages: OnsiteShown[]; personal: boolean }> {
  const { sourceId } = await senderOf(ctx, page.writeKey, page.origin);
  const active = await store.activeMessages(ctx, sourceId);
  const here = active.filter((row) => fitsPath(row.pagePattern, page.path));
  const wanted = [...new Set(here.flatMap(({ segmentId }) => segmentId ?? []))];
  const among = await segmentsOf(ctx, page.anonymousId, wanted);
  const open = here.filter(({ segmentId }) => segmentId === null || among.has(segmentId));
  return { messages: store.firstActive(open).map(shownOf), personal: wanted.length > 0 };
}

/** Of these segments, those the visitor is in. A visitor nobody has heard of is in none. */
async function segmentsOf(
  ctx: Ctx,
  anonymousId: string | undefined,
  wanted: readonly string[],
): Promise<ReadonlySet<string>> {
  if (anonymousId === undefined || wanted.length === 0) return new Set();
  const contactId = (await findVisitors(ctx, [anonymousId])).get(anonymousId);
  return contactId === undefined ? new Set() : onsiteAudience().of(ctx, contactId, wanted);
}

async function checkSegment(tx: Ctx, segmentId: string | null): Promise<void> {
  if (segmentId !== null && !(await onsiteAudience().exists(tx, segmentId)))
    throw invalid('segment_not_found', 'There is no such segment.', 'segmentId');
}

function check({
  kind,
  slot,
  linkText,
  linkUrl,
}: Pick<OnsiteFields, 'kind' | 'slot' | 'linkText' | 'linkUrl'>): void {
  if (kind === 'inline' && slot === null)
    throw invalid('slot_missing', 'An inline message needs the slot it goes into.', 'slot');
  if ((linkText === null) !== (linkUrl === null))
    throw invalid('link_incomplete', 'A link needs both an address and words.', 'linkText');
}

function note(tx: Ctx, what: string, entityId: string, details: Record<string, unknown>): Promise<void> {
  return audit(tx, { action: `onsite_message.${what}`, entity: 'onsite_message', entityId, details });
}

function shownOf({
  messageId,
  kind,
  title,
  body,
  linkText,
  linkUrl,
  slot,
  trigger,
  cap,
  control,
}: OnsiteRow): OnsiteShown {
  return { id: messageId, kind, title, body, linkText, linkUrl, slot, trigger, cap, control };
}

function viewOf(row: OnsiteRow): OnsiteView {
  const { messageId, startsAt, endsAt, createdAt, updatedAt, ...rest } = row;
  return {
    id: messageId,
    ...rest,
    startsAt: startsAt?.toISOString() ?? null,
    endsAt: endsAt?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
