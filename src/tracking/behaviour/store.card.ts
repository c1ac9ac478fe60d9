import { desc, eq, getTableColumns, sql } from '../../core/sql.ts';
import { contact, visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, row, rows } from '../../core/db.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { contactTrait, session } from './schema.ts';

/** What the card asks. */

/** Whom an id stands for now, if the asker may see them. */
export async function visibleContact(ctx: Ctx, contactId: string): Promise<string | undefined> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`
    select contact_id as id from ${contact}
    where contact_id = (select coalesce(c.merged_into, c.contact_id) from ${contact} c where c.contact_id = ${contactId}::uuid)
      and ${visibleContacts(ctx)}`,
  );
  return found[0]?.id;
}

/** What a visit is told by; the rest is for computing it. */
const { contactId: _c, originId: _o, lastEventId: _l, campaignKey: _k, ...VISIT } = getTableColumns(session);

export async function latestVisits(ctx: Ctx, contactId: string, limit: number) {
  return ctx.db
    .select(VISIT)
    .from(session)
    .where(eq(session.contactId, contactId))
    .orderBy(desc(session.startedAt), desc(session.visitId))
    .limit(limit);
}

export type Sums = {
  visits: number;
  pages: number;
  activeSeconds: number;
  productViews: number;
  categoryViews: number;
  priceViews: number;
};

/** Sums of the visits begun in (now − days, now] and in the window of the same length before. */
export async function sumsOf(
  ctx: Ctx,
  contactId: string,
  days: number,
): Promise<{ now: Sums; before: Sums }> {
  const now = ctx.clock.now();
  const at = (back: number) => sql`${addMs(now, -back * days * DAY_MS).toISOString()}::timestamptz`;
  const found = await rows<Sums & { recent: boolean }>(
    ctx.db,
    sql`
    select started_at > ${at(1)} as recent, count(*)::int as visits, sum(pages)::int as pages,
      round(sum(active_ms) / 1000.0)::int as "activeSeconds", sum(product_views)::int as "productViews",
      sum(category_views)::int as "categoryViews", sum(price_views)::int as "priceViews"
    from ${session} where contact_id = ${contactId}::uuid and started_at > ${at(2)} and started_at <= ${at(0)}
    group by 1`,
  );
  const none = { visits: 0, pages: 0, activeSeconds: 0, productViews: 0, categoryViews: 0, priceViews: 0 };
  return {
    now: found.find(({ recent }) => recent) ?? none,
    before: found.find(({ recent }) => !recent) ?? none,
  };
}

export type TouchRow = {
  startedAt: Date;
  channel: string;
  source: string | null;
  medium: string | null;
  campaign: string | null;
};

export async function seenOf(
  ctx: Ctx,
  contactId: string,
): Promise<{ visits: number; first: Date | null; last: Date | null }> {
  const found = await row<{ visits: number; first: string | null; last: string | null }>(
    ctx.db,
    sql`select count(*)::int as visits, min(started_at) as first, max(ended_at) as last
      from ${session} where contact_id = ${contactId}::uuid`,
  );
  return {
    visits: found.visits,
    first: found.first === null ? null : dateOf(found.first),
    last: found.last === null ? null : dateOf(found.last),
  };
}

export async function touchOf(
  ctx: Ctx,
  contactId: string,
  which: 'first' | 'last',
): Promise<TouchRow | undefined> {
  const order =
    which === 'first'
      ? [session.startedAt, session.visitId]
      : [sql`${session.channel} = 'Direct'`, desc(session.startedAt), desc(session.visitId)];
  const { startedAt, channel, source, medium, campaign } = session;
  const [found] = await ctx.db
    .select({ startedAt, channel, source, medium, campaign })
    .from(session)
    .where(eq(session.contactId, contactId))
    .orderBy(...order)
    .limit(1);
  return found;
}

export async function traitsOf(ctx: Ctx, contactId: string) {
  return ctx.db.select().from(contactTrait).where(eq(contactTrait.contactId, contactId));
}
