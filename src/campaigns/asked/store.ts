import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { visibleContacts } from '../../contacts/index.ts';
import { messageIdSql } from '../store.audience.ts';

export type Request = { contactId: string; key: string; sendKey: string; hash: string };
export type Kept = { contactId: string; key: string; hash: string; messageId: string };

/** Keeps what was asked for, once for each contact and key. Returns those that are new, by contact and key. */
export async function keepRequests(ctx: Ctx, requests: readonly Request[], at: Date): Promise<Set<string>> {
  const made = await rows<{ contactId: string; key: string }>(
    ctx.db,
    sql`
    insert into message_request (contact_id, key, body_hash, message_id, asked_at)
    select k."contactId", k.key, k.hash, ${messageIdSql(sql`k."contactId"`, sql`k."sendKey"`)}, ${at.toISOString()}::timestamptz
    from ${unnested('k', requests, { contactId: 'uuid', key: 'text', sendKey: 'text', hash: 'text' })}
    order by 1, 2 on conflict (contact_id, key) do nothing returning contact_id as "contactId", key`,
  );
  return new Set(made.map(({ contactId, key }) => `${contactId} ${key}`));
}

export async function findRequests(
  ctx: Ctx,
  requests: readonly Request[],
): Promise<Array<Kept & { state: string; reason: string | null }>> {
  const wanted = requests.map(({ contactId, key }) => ({ contactId, key }));
  return rows(
    ctx.db,
    sql`
    select r.contact_id as "contactId", r.key, r.body_hash as hash, r.message_id as "messageId", m.state, m.reason
    from ${unnested('k', wanted, { contactId: 'uuid', key: 'text' })}
    join message_request r on r.contact_id = k."contactId" and r.key = k.key
    join message m on m.contact_id = r.contact_id and m.occurred_at = r.asked_at and m.id = r.message_id`,
  );
}

/** Addresses of contacts; those the asker may not see are absent. */
export async function addressesOf(ctx: Ctx, ids: readonly string[]): Promise<Map<string, string | null>> {
  const found = await rows<{ id: string; email: string | null }>(
    ctx.db,
    sql`select contact_id as id, email from contact where contact_id = any(${`{${ids.join(',')}}`}::uuid[]) and ${visibleContacts(ctx)}`,
  );
  return new Map(found.map(({ id, email }) => [id, email]));
}

type Stood = {
  id: string;
  key: string;
  contactId: string;
  state: string;
  reason: string | null;
  detail: string | null;
  address: string | null;
  attempt: number;
  askedAt: Date;
  handedAt: Date | null;
  deliveredAt: Date | null;
};

export async function findAsked(ctx: Ctx, messageId: string): Promise<Stood | undefined> {
  const [found] = await rows<
    Record<'askedAt' | 'handedAt' | 'deliveredAt', string | null> &
      Omit<Stood, 'askedAt' | 'handedAt' | 'deliveredAt'>
  >(
    ctx.db,
    sql`
    select m.id, r.key, m.contact_id as "contactId", m.state, m.reason, m.detail, m.address, m.attempt, m.occurred_at as "askedAt",
      m.handed_at as "handedAt", m.delivered_at as "deliveredAt"
    from message_request r join message m on m.contact_id = r.contact_id and m.occurred_at = r.asked_at and m.id = r.message_id
    join contact on contact.contact_id = m.contact_id
    where r.message_id = ${messageId}::uuid and ${visibleContacts(ctx)}`,
  );
  if (found === undefined) return undefined;
  const at = (text: string | null): Date | null => (text === null ? null : dateOf(text));
  return {
    ...found,
    askedAt: at(found.askedAt) ?? new Date(0),
    handedAt: at(found.handedAt),
    deliveredAt: at(found.deliveredAt),
  };
}
