import { sql } from 'drizzle-orm';
import { contact } from '../contacts/index.ts';
import type { TimelineCursor } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { deadLetter, event, eventSeen, source, visitorLookup } from './schema.ts';

/** All SQL of tracking. Bulk statements take one jsonb parameter: one round trip whatever the batch. */

export type SourceRow = {
  sourceId: string;
  name: string;
  kind: string;
  writeKey: string;
  origins: string[];
  disabled: boolean;
  createdAt: Date;
};
export type SourceHealth = { lastEventAt: Date | null; events24h: number; rejected24h: number };

export type FactRow = {
  id: string;
  contactId: string;
  messageId: string;
  type: string;
  name: string;
  occurredAt: Date;
  properties: Record<string, unknown>;
  context: Record<string, unknown>;
  trust: string;
  bot: boolean;
};

const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;

export async function insertSource(ctx: Ctx, row: Omit<SourceRow, 'disabled'>): Promise<void> {
  await ctx.db.insert(source).values(row);
}

export async function insertSourceOnce(ctx: Ctx, row: Omit<SourceRow, 'disabled'>): Promise<void> {
  await ctx.db.insert(source).values(row).onConflictDoNothing();
}

export async function sourceByWriteKey(ctx: Ctx, writeKey: string): Promise<SourceRow | null> {
  const [found] = await ctx.db
    .select()
    .from(source)
    .where(sql`${source.writeKey} = ${writeKey}`);
  return found === undefined ? null : { ...found, disabled: found.disabledAt !== null };
}

export async function allSources(ctx: Ctx): Promise<Array<SourceRow & SourceHealth>> {
  const since = new Date(ctx.clock.now().getTime() - 86_400_000).toISOString();
  const found = await rows<{
    sourceId: string;
    name: string;
    kind: string;
    writeKey: string;
    origins: string[];
    disabled: boolean;
    createdAt: string;
    lastEventAt: string | null;
    events24h: number;
    rejected24h: number;
  }>(
    ctx.db,
    sql`
    select s.source_id as "sourceId", s.name, s.kind, s.write_key as "writeKey", s.origins,
      s.disabled_at is not null as disabled, s.created_at as "createdAt",
      (select max(recorded_at) from ${eventSeen} e where e.source_id = s.source_id and e.recorded_at >= ${since}::timestamptz) as "lastEventAt",
      (select count(*)::int from ${eventSeen} e where e.source_id = s.source_id and e.recorded_at >= ${since}::timestamptz) as "events24h",
      (select count(*)::int from ${deadLetter} d where d.source_id = s.source_id and d.received_at >= ${since}::timestamptz) as "rejected24h"
    from ${source} s order by s.created_at, s.source_id`,
  );
  return found.map((row) => ({
    ...row,
    createdAt: dateOf(row.createdAt),
    lastEventAt: row.lastEventAt === null ? null : dateOf(row.lastEventAt),
  }));
}

/** Marks message ids as seen; returns those that were new. A concurrent sender of the same id waits here for the first. */
export async function markSeen(
  ctx: Ctx,
  sourceId: string,
  messageIds: readonly string[],
): Promise<Set<string>> {
  const fresh = await rows<{ messageId: string }>(
    ctx.db,
    sql`
    insert into ${eventSeen} (source_id, message_id, recorded_at)
    select ${sourceId}::uuid, m.id, ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_array_elements_text(${json([...messageIds].toSorted())}) as m(id)
    on conflict do nothing
    returning message_id as "messageId"`,
  );
  return new Set(fresh.map((row) => row.messageId));
}

/** Visitors by anonymous id: those known, and new visitor contacts for the rest. */
export async function ensureVisitors(
  ctx: Ctx,
  wanted: ReadonlyArray<{ anonymousId: string; contactId: string }>,
): Promise<Map<string, string>> {
  if (wanted.length === 0) return new Map();
  const sorted = wanted.toSorted((a, b) => (a.anonymousId < b.anonymousId ? -1 : 1));
  const now = ctx.clock.now().toISOString();
  await ctx.db.execute(sql`
    with fresh as (
      insert into ${visitorLookup} (anonymous_id, contact_id, created_at)
      select w."anonymousId", w."contactId", ${now}::timestamptz
      from jsonb_to_recordset(${json(sorted)}) as w("anonymousId" text, "contactId" uuid)
      on conflict do nothing
      returning contact_id
    )
    insert into ${contact} (contact_id, kind, source, created_at, updated_at)
    select contact_id, 'visitor', 'tracking', ${now}::timestamptz, ${now}::timestamptz from fresh`);
  const found = await rows<{ anonymousId: string; contactId: string }>(
    ctx.db,
    sql`
    select v.anonymous_id as "anonymousId", v.contact_id as "contactId" from ${visitorLookup} v
    where v.anonymous_id in (select jsonb_array_elements_text(${json(sorted.map((w) => w.anonymousId))}))`,
  );
  return new Map(found.map((row) => [row.anonymousId, row.contactId]));
}

/** Which of these contacts are visitors nobody has been found for yet. */
export async function stillVisitors(ctx: Ctx, contactIds: readonly string[]): Promise<Set<string>> {
  const found = await rows<{ contactId: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId" from ${contact}
    where kind = 'visitor' and merged_into is null
      and contact_id in (select jsonb_array_elements_text(${json(contactIds)})::uuid)`,
  );
  return new Set(found.map((row) => row.contactId));
}

export async function insertFacts(ctx: Ctx, sourceId: string, facts: readonly FactRow[]): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${event} (contact_id, occurred_at, id, recorded_at, source_id, message_id, type, name, trust, bot, properties, context, origin_id)
    select f."contactId", f."occurredAt", f.id, ${ctx.clock.now().toISOString()}::timestamptz, ${sourceId}::uuid,
      f."messageId", f.type, f.name, f.trust, f.bot, f.properties, f.context, f."contactId"
    from jsonb_to_recordset(${json(facts)}) as f("contactId" uuid, "occurredAt" timestamptz, id uuid, "messageId" text,
      type text, name text, trust text, bot boolean, properties jsonb, context jsonb)`);
}

export async function insertDeadLetters(
  ctx: Ctx,
  sourceId: string,
  letters: ReadonlyArray<{ id: string; messageId: string | null; reason: string; raw: string }>,
): Promise<void> {
  const receivedAt = ctx.clock.now();
  await ctx.db.insert(deadLetter).values(letters.map((letter) => ({ ...letter, sourceId, receivedAt })));
}

/** Moves a visitor's facts to the contact it turned out to be. Delete and insert: contact_id decides where a row lives. */
export async function moveFacts(ctx: Ctx, from: string, to: string): Promise<void> {
  await ctx.db.execute(sql`
    with gone as (delete from ${event} where contact_id = ${from}::uuid returning *)
    insert into ${event} (contact_id, occurred_at, id, recorded_at, source_id, message_id, type, name, trust, bot, properties, context, origin_id)
    select ${to}::uuid, occurred_at, id, recorded_at, source_id, message_id, type, name, trust, bot, properties, context, origin_id from gone`);
  await ctx.db.execute(
    sql`update ${visitorLookup} set contact_id = ${to}::uuid where contact_id = ${from}::uuid`,
  );
}

export type TimelineFact = {
  id: string;
  occurredAt: Date;
  type: string;
  name: string;
  trust: string;
  properties: Record<string, unknown>;
};

export async function factsOf(
  ctx: Ctx,
  contactId: string,
  before: TimelineCursor,
  limit: number,
): Promise<TimelineFact[]> {
  const found = await rows<Omit<TimelineFact, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select id, occurred_at as "occurredAt", type, name, trust, properties from ${event}
    where contact_id = ${contactId}::uuid and not bot
      and (occurred_at, id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
    order by occurred_at desc, id desc limit ${limit}`,
  );
  return found.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) }));
}
