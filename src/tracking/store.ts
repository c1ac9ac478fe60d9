import { sql } from 'drizzle-orm';
import type { TimelineCursor } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { deadLetter, event, eventSeen, visitorLookup } from './schema.ts';
import type { Trust } from './normalise.ts';

/** Facts and what guards them. Bulk statements take one jsonb parameter: one round trip whatever the batch. */

export type FactRow = {
  id: string;
  contactId: string;
  messageId: string | null;
  type: string;
  name: string;
  occurredAt: Date;
  properties: Record<string, unknown>;
  context: Record<string, unknown>;
  trust: Trust;
  bot: boolean;
};

const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;

/** Marks message ids as seen; returns those that were new. A concurrent sender of the same id waits here for the first. */
export async function markSeen(
  ctx: Ctx,
  sender: { sourceId: string; trust: Trust },
  messageIds: readonly string[],
): Promise<Set<string>> {
  if (messageIds.length === 0) return new Set();
  const fresh = await rows<{ messageId: string }>(
    ctx.db,
    sql`
    insert into ${eventSeen} (source_id, trust, message_id, recorded_at)
    select ${sender.sourceId}::uuid, ${sender.trust}, m.id, ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_array_elements_text(${json(messageIds.toSorted())}) as m(id)
    on conflict do nothing
    returning message_id as "messageId"`,
  );
  return new Set(fresh.map((row) => row.messageId));
}

export async function insertFacts(ctx: Ctx, sourceId: string, facts: readonly FactRow[]): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${event} (contact_id, occurred_at, id, recorded_at, source_id, message_id, type, name, trust, bot, properties, context, origin_id)
    select f."contactId", f."occurredAt", f.id, ${ctx.clock.now().toISOString()}::timestamptz, ${sourceId}::uuid,
      f."messageId", f.type, f.name, f.trust, f.bot, f.properties, f.context, f."contactId"
    from jsonb_to_recordset(${json(facts)}) as f("contactId" uuid, "occurredAt" timestamptz, id uuid, "messageId" text,
      type text, name text, trust text, bot boolean, properties jsonb, context jsonb)`);
}

export type DeadLetterRow = { id: string; messageId: string | null; reason: string; raw: string };

/** A letter that lies there already is not put there twice: clients repeat whole batches. */
export async function insertDeadLetters(
  ctx: Ctx,
  sourceId: string,
  letters: readonly DeadLetterRow[],
): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${deadLetter} (id, source_id, message_id, reason, raw, received_at)
    select l.id, ${sourceId}::uuid, l."messageId", l.reason, l.raw, ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_to_recordset(${json(letters)}) as l(id uuid, "messageId" text, reason text, raw text)
    order by l.id
    on conflict do nothing`);
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
