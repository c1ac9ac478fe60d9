import { visibleContacts } from '../contacts/index.ts';
import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { notFound } from '../core/errors.ts';
import { cursorId, cursorInstant, cursorNumber, decodeCursor, toPage } from '../core/paging.ts';
import { DAY_MS } from '../core/time.ts';
import { dayOf } from './calendar.ts';
import { MAX_GROWTH_DAYS } from './contract.insight.ts';
import type {
  Growth,
  GrowthQuery,
  MembershipHistory,
  Overlap,
  TransitionList,
  TransitionsQuery,
  VersionList,
} from './contract.insight.ts';
import { ruleSchema } from './contract.ts';
import { inWords } from './actions.words.ts';
import { contactIsVisible } from './store.contact.ts';
import { refusal } from './refusal.ts';
import { growthOf, historyOf, overlapOf, transitionsOf } from './store.insight.ts';
import { findSegment } from './store.ts';
import { versionsOf } from './store.versions.ts';

/** What is told of stored memberships: how two meet, how one grew, who came and went. Of the contacts the asker may see. */

function authoriseReading(ctx: Ctx): void {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'contacts:read');
}

async function mustExist(ctx: Ctx, segmentId: string): Promise<void> {
  if ((await findSegment(ctx, segmentId)) === undefined) throw notFound('segment', segmentId);
}

const shareOf = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** How two segments meet, by their kept lists. Throws segment_not_found (404). */
export async function overlap(ctx: Ctx, segmentId: string, withId: string): Promise<Overlap> {
  authoriseReading(ctx);
  await mustExist(ctx, segmentId);
  await mustExist(ctx, withId);
  const { a, b, both } = await overlapOf(ctx, segmentId, withId, visibleContacts(ctx));
  return {
    a,
    b,
    both,
    onlyA: a - both,
    onlyB: b - both,
    share: shareOf(both, a + b - both),
    shareOfA: shareOf(both, a),
    shareOfB: shareOf(both, b),
    asOf: ctx.clock.now().toISOString(),
  };
}

const DEFAULT_GROWTH_DAYS = 30;

const dayText = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
const dayNumber = (text: string): number => Math.round(Date.parse(`${text}T00:00:00Z`) / DAY_MS);

/** Entries, leavings and members day by day, exact from the transitions. Throws bad_range (422) at `from` or `to`. */
export async function growth(ctx: Ctx, segmentId: string, query: GrowthQuery): Promise<Growth> {
  authoriseReading(ctx);
  const now = ctx.clock.now();
  const today = dayOf(now, query.zone);
  const to = Math.min(today, query.to === undefined ? today : dayNumber(query.to));
  const from = query.from === undefined ? to - DEFAULT_GROWTH_DAYS + 1 : dayNumber(query.from);
  if (from > to) throw refusal('bad_range', 'The first day comes after the last, or after today.', 'from');
  if (to - from >= MAX_GROWTH_DAYS || today - from >= MAX_GROWTH_DAYS * 10)
    throw refusal(
      'bad_range',
      `At most ${MAX_GROWTH_DAYS} days are told at once, and of ${MAX_GROWTH_DAYS * 10} days back.`,
      query.from === undefined ? 'to' : 'from',
    );
  await mustExist(ctx, segmentId);
  const range = { from: dayText(from), to: dayText(to), today: dayText(today), zone: query.zone };
  const items = await growthOf(ctx, segmentId, range, visibleContacts(ctx));
  return { zone: query.zone, from: range.from, to: range.to, items, asOf: now.toISOString() };
}

function afterOf(cursor: string | undefined): { at: Date; id: string } | undefined {
  if (cursor === undefined) return undefined;
  const [at, id] = decodeCursor(cursor, 2);
  return { at: cursorInstant(at), id: cursorId(id) };
}

const keyOf = ({ occurredAt, id }: { occurredAt: Date; id: string }): [string, string] => [
  occurredAt.toISOString(),
  id,
];

/** Who came and went, newest first. Throws segment_not_found (404). */
export async function transitions(
  ctx: Ctx,
  segmentId: string,
  query: TransitionsQuery & { limit: number; cursor?: string | undefined },
): Promise<TransitionList> {
  authoriseReading(ctx);
  await mustExist(ctx, segmentId);
  const found = await transitionsOf(ctx, segmentId, {
    limit: query.limit,
    after: afterOf(query.cursor),
    direction: query.direction,
    visible: visibleContacts(ctx),
  });
  const { items, nextCursor } = toPage(found, query.limit, keyOf);
  return {
    items: items.map((one) => ({ ...one, occurredAt: one.occurredAt.toISOString() })),
    nextCursor,
  };
}

/** Which segments a contact came into and left, newest first. Throws contact_not_found (404), also for one not to be seen. */
export async function contactHistory(
  ctx: Ctx,
  contactId: string,
  page: { limit: number; cursor?: string | undefined },
): Promise<MembershipHistory> {
  authoriseReading(ctx);
  if (!(await contactIsVisible(ctx, contactId))) throw notFound('contact', contactId);
  const found = await historyOf(ctx, contactId, { limit: page.limit, after: afterOf(page.cursor) });
  const { items, nextCursor } = toPage(found, page.limit, keyOf);
  return {
    items: items.map((one) => ({ ...one, occurredAt: one.occurredAt.toISOString() })),
    nextCursor,
  };
}

/** Every rule the segment ever had, newest first. Throws segment_not_found (404). */
export async function versions(
  ctx: Ctx,
  segmentId: string,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<VersionList> {
  authorise(ctx, 'segments:read');
  await mustExist(ctx, segmentId);
  const before = cursor === undefined ? undefined : cursorNumber(decodeCursor(cursor, 1)[0]);
  const found = await versionsOf(ctx, segmentId, { limit, before });
  const page = toPage(found, limit, (row) => [row.version]);
  const items = [];
  for (const row of page.items) {
    // The language may have changed since it was saved.
    const rule = ruleSchema.safeParse(row.rule);
    const words = rule.success ? await inWords(ctx, rule.data) : null;
    items.push({ ...row, createdAt: row.createdAt.toISOString(), words });
  }
  return { ...page, items };
}
