import { hash } from 'node:crypto';
import { sql } from '../core/sql.ts';
import { moveRows } from '../contacts/index.ts';
import type { Move, TimelineCursor } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, hotRows, rows } from '../core/db.ts';
import { FOLLOW_EVENTS } from './commerce/names.ts';
import { deadLetter, event, eventSeen } from './schema.ts';
import type { Fact, SentEvent } from './fact.ts';

/** Facts and what guards them. Bulk statements take one jsonb parameter: one round trip whatever the batch. */

const json = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;

/**
 * Marks the message ids as seen and returns the events that were new: of each (source, trust, id) the first. A concurrent sender
 * of the same id waits here for the first. What has no id cannot be recognised and is always new.
 */
export async function markSeen(ctx: Ctx, sent: readonly SentEvent[]): Promise<SentEvent[]> {
  const first = new Map<string, SentEvent>();
  const keys = sent.map(seenKey);
  for (const [i, one] of sent.entries()) {
    const key = keys[i] ?? null;
    if (key !== null && !first.has(key)) first.set(key, one);
  }
  if (first.size === 0) return [...sent];
  // In one order for everybody, so that two senders of the same ids never wait for each other in a circle.
  const sorted = `{${[...first.keys()].toSorted().join(',')}}`;
  const known = await hotRows<{ key: string }>(
    ctx.db,
    sql`
    with mine as (select unnest(${sorted}::text::uuid[]) as key),
    marked as (
      insert into ${eventSeen} (key, recorded_at)
      select key, ${ctx.clock.now().toISOString()}::timestamptz from mine on conflict do nothing returning key
    )
    select key from mine where not exists (select 1 from marked where marked.key = mine.key)`,
  );
  const old = new Set(known.map(({ key }) => key.replaceAll('-', '')));
  return sent.filter((one, i) => {
    const key = keys[i] ?? null;
    return key === null || (first.get(key) === one && !old.has(key));
  });
}

const KEY_HEX = 32;

function seenKey({ event, sender }: SentEvent): string | null {
  if (event.messageId === null) return null;
  return hash('sha256', `${sender.sourceId} ${sender.trust} ${event.messageId}`, 'hex').slice(0, KEY_HEX);
}

export async function insertFacts(ctx: Ctx, facts: readonly Fact[]): Promise<void> {
  const given = facts.map((fact) => ({
    id: fact.id,
    contactId: fact.contactId,
    originId: fact.originId,
    sourceId: fact.sender.sourceId,
    messageId: fact.event.messageId,
    type: fact.event.type,
    name: fact.event.name,
    occurredAt: fact.event.occurredAt,
    trust: fact.trust,
    bot: fact.bot,
    properties: fact.event.properties,
    context: contextOf(fact),
  }));
  await hotRows(
    ctx.db,
    sql`
    insert into ${event} (contact_id, occurred_at, id, recorded_at, source_id, message_id, type, name, trust, bot, properties, context, origin_id)
    select f."contactId", f."occurredAt", f.id, ${ctx.clock.now().toISOString()}::timestamptz, f."sourceId",
      f."messageId", f.type, f.name, f.trust, f.bot, f.properties, f.context, f."originId"
    from jsonb_to_recordset(${json(given)}) as f("contactId" uuid, "occurredAt" timestamptz, id uuid, "sourceId" uuid,
      "messageId" text, type text, name text, trust text, bot boolean, properties jsonb, context jsonb, "originId" uuid)`,
  );
}

/** A user id nobody proved is kept as a claim. */
function contextOf({ event, trust }: Fact): Record<string, unknown> {
  if (trust !== 'public' || event.userId === null) return event.context;
  return { ...event.context, claimedUserId: event.userId };
}

/** Facts follow the person they are about. Anonymous ids go on naming the row they were given to. */
export async function moveFacts(ctx: Ctx, moves: readonly Move[]): Promise<void> {
  await moveRows(ctx, moves, { table: 'event' });
}

export type TimelineFact = {
  id: string;
  occurredAt: Date;
  type: string;
  name: string;
  trust: string;
  properties: Record<string, unknown>;
  /** Why no order came of it, where it tells of one and that was set aside. */
  refused: string | null;
};

/** Written by the commit that stored the fact; their clocks are of the same second. */
const LETTER_NEAR = sql`interval '1 minute'`;

/** Facts of a contact before this place, newest first; what was set aside of an order is looked for where orders are told of. */
export async function factsOf(
  ctx: Ctx,
  contactId: string,
  before: TimelineCursor,
  limit: number,
): Promise<TimelineFact[]> {
  const found = await rows<Omit<TimelineFact, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`
    select id, occurred_at as "occurredAt", type, name, trust, properties,
      case when message_id is not null and name in ('Order Completed', ${sql.join(
        FOLLOW_EVENTS.map((name) => sql`${name}`),
        sql`, `,
      )}) then (
        select d.reason from ${deadLetter} d
        where d.source_id = ${event}.source_id and d.kind = 'order' and d.message_id = ${event}.message_id
          and d.received_at between ${event}.recorded_at - ${LETTER_NEAR} and ${event}.recorded_at + ${LETTER_NEAR}
        limit 1) end as refused
    from ${event}
    where contact_id = ${contactId}::uuid and not bot
      and (occurred_at, id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
    order by occurred_at desc, id desc limit ${limit}`,
  );
  return found.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) }));
}
