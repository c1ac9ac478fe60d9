import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { consent, contact, contactPoint, suppression } from './schema.ts';
import { json } from './store.match.ts';
import type { TimelineCursor } from './timeline.ts';

/**
 * SQL condition: the latest word of the contact about this purpose and channel is a yes. Without any word it is false.
 * Arguments are SQL so that it stands in any statement: `consentStandsSql(sql`m.contact_id`, sql`${purpose}`, sql`m.channel`)`.
 */
export function consentStandsSql(contactId: SQL, purpose: SQL, channel: SQL): SQL {
  return sql`coalesce((${latestSql(contactId, purpose, channel)}), false)`;
}

/** SQL value: granted of the latest word, null without any. */
export function latestSql(contactId: SQL, purpose: SQL, channel: SQL): SQL {
  return sql`select k.granted from ${consent} k
    where k.contact_id = ${contactId} and k.purpose = ${purpose} and k.channel = ${channel}
    order by k.occurred_at desc, k.id desc limit 1`;
}

/** SQL condition: this address gets nothing on this channel, whoever holds it. The address must be in normal form. */
export function suppressedSql(channel: SQL, address: SQL): SQL {
  return sql`exists (select 1 from ${suppression} s where s.channel = ${channel} and s.address = ${address})`;
}

export type ConsentRow = {
  contactId: string;
  id: string;
  purpose: string;
  channel: string;
  granted: boolean;
  source: string;
  proof: Record<string, unknown>;
  occurredAt: Date;
};

/** Appends words of consent under the contacts' present ids; returns whose were stored. Unknown contacts are left out. */
export async function insertConsents(ctx: Ctx, words: readonly ConsentRow[]): Promise<Map<string, string>> {
  const stored = await rows<{ id: string; contactId: string }>(
    ctx.db,
    sql`
    with said as (
      select * from jsonb_to_recordset(${json(words)}) as w("contactId" uuid, id uuid, purpose text, channel text,
        granted boolean, source text, proof jsonb, "occurredAt" timestamptz)
    ), held as (
      select contact_id, coalesce(merged_into, contact_id) as present from ${contact}
      where contact_id in (select "contactId" from said) order by contact_id for share
    )
    insert into ${consent} (contact_id, purpose, channel, occurred_at, id, granted, source, proof, recorded_at, origin_id)
    select h.present, w.purpose, w.channel, w."occurredAt", w.id, w.granted, w.source, w.proof,
      ${ctx.clock.now().toISOString()}::timestamptz, w."contactId"
    from said w join held h on h.contact_id = w."contactId"
    returning id, contact_id as "contactId"`,
  );
  return new Map(stored.map((row) => [row.id, row.contactId]));
}

export type ConsentFact = Omit<ConsentRow, 'contactId'>;

/** The latest word per purpose and channel. */
export async function latestConsents(ctx: Ctx, contactId: string): Promise<ConsentFact[]> {
  return consentRows(
    ctx,
    sql`select distinct on (purpose, channel) * from ${consent} where contact_id = ${contactId}::uuid
      order by purpose, channel, occurred_at desc, id desc`,
  );
}

export async function consentsBefore(
  ctx: Ctx,
  contactId: string,
  before: TimelineCursor,
  limit: number,
): Promise<ConsentFact[]> {
  return consentRows(
    ctx,
    sql`select * from ${consent} where contact_id = ${contactId}::uuid
      and (occurred_at, id) < (${before.occurredAt.toISOString()}::timestamptz, ${before.id}::uuid)
      order by occurred_at desc, id desc limit ${limit}`,
  );
}

async function consentRows(ctx: Ctx, query: SQL): Promise<ConsentFact[]> {
  const found = await rows<Omit<ConsentFact, 'occurredAt'> & { occurredAt: string }>(
    ctx.db,
    sql`select id, purpose, channel, granted, source, proof, occurred_at as "occurredAt" from (${query}) as consent`,
  );
  return found.map((row) => ({ ...row, occurredAt: dateOf(row.occurredAt) }));
}

export async function insertSuppressions(
  ctx: Ctx,
  entries: ReadonlyArray<{ channel: string; address: string; reason: string }>,
): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${suppression} (channel, address, reason, created_at)
    select distinct on (e.channel, e.address) e.channel, e.address, e.reason, ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_to_recordset(${json(entries)}) as e(channel text, address text, reason text)
    order by e.channel, e.address, e.reason = 'unsubscribe'
    on conflict (channel, address) do update set reason = excluded.reason, created_at = excluded.created_at
      where ${suppression}.reason = 'unsubscribe'`);
}

/** Lets addresses be written to again whose holder agreed on the channel after unsubscribing from it. */
export async function liftUnsubscribes(
  ctx: Ctx,
  grants: ReadonlyArray<{ contactId: string; channel: string; occurredAt: Date }>,
): Promise<void> {
  if (grants.length === 0) return;
  await ctx.db.execute(sql`
    with given as (
      select * from jsonb_to_recordset(${json(grants)}) as g("contactId" uuid, channel text, "occurredAt" timestamptz)
    ), held as (
      select g.channel, p.value as address, g."occurredAt" from given g
      join ${contactPoint} p on p.contact_id = g."contactId"
      union
      select g.channel, v.value, g."occurredAt" from given g
      join ${contact} c on c.contact_id = g."contactId" cross join lateral (values (c.email), (c.phone)) as v(value)
    ), lifted as materialized (
      select s.channel, s.address from ${suppression} s
      where s.reason = 'unsubscribe' and exists (select 1 from held h
        where h.channel = s.channel and h.address = s.address and h."occurredAt" > s.created_at)
      order by 1, 2 for update
    )
    delete from ${suppression} s using lifted l where s.channel = l.channel and s.address = l.address`);
}
