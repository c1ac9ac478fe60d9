import { sql } from '../../core/sql.ts';
import { andVisible, visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import type { ChannelName } from '../contract.channel.ts';
import { addressSql, consentChannel, refusalSql } from '../store.refusal.ts';
import type { Why } from './contract.why.ts';

const MAX_MESSAGES = 20;
const MAX_FACTS = 100;

const iso = (at: string): string => dateOf(at).toISOString();
const isoOrNull = (at: string | null): string | null => (at === null ? null : iso(at));
const uuids = (ids: readonly string[]) => sql`${`{${ids.join(',')}}`}::uuid[]`;

type MessageRow = Omit<Why['messages'][number], 'responses' | 'decisions'> & { runId: string };

export async function messagesTo(ctx: Ctx, contactId: string, campaignId: string): Promise<MessageRow[]> {
  const found = await rows<MessageRow>(
    ctx.db,
    sql`
    select id, run_id as "runId", state, reason, detail, channel, address, attempt, occurred_at as "plannedAt", due_at as "dueAt",
      handed_at as "handedAt", delivered_at as "deliveredAt"
    from message where contact_id = ${contactId}::uuid and campaign_id = ${campaignId}::uuid
    order by occurred_at desc, id desc limit ${MAX_MESSAGES}`,
  );
  return found.map((row) => ({
    ...row,
    plannedAt: iso(row.plannedAt),
    dueAt: iso(row.dueAt),
    handedAt: isoOrNull(row.handedAt),
    deliveredAt: isoOrNull(row.deliveredAt),
  }));
}

export type ResponseFound = Why['messages'][number]['responses'][number] & { messageId: string };

export async function responsesTo(ctx: Ctx, contactId: string, campaignId: string): Promise<ResponseFound[]> {
  const found = await rows<ResponseFound>(
    ctx.db,
    sql`select message_id as "messageId", kind, human, reason, occurred_at as at from response
      where contact_id = ${contactId}::uuid and campaign_id = ${campaignId}::uuid order by occurred_at limit ${MAX_FACTS}`,
  );
  return found.map((row) => ({ ...row, at: iso(row.at) }));
}

export type DecisionFound = Omit<Why['messages'][number]['decisions'][number], 'because'> & {
  messageId: string;
};

export async function decisionsAbout(
  ctx: Ctx,
  contactId: string,
  campaignId: string,
): Promise<DecisionFound[]> {
  const found = await rows<DecisionFound>(
    ctx.db,
    sql`select message_id as "messageId", occurred_at as at, decision, reason, until, facts from send_decision
      where contact_id = ${contactId}::uuid and campaign_id = ${campaignId}::uuid
      order by occurred_at desc, id desc limit ${MAX_FACTS}`,
  );
  return found.toReversed().map((row) => ({ ...row, at: iso(row.at), until: isoOrNull(row.until) }));
}

export type Named = Why['messages'][number]['decisions'][number]['because'][number];

/** Of the contact's own messages: of which campaign, and when they went out. */
export async function namesOf(ctx: Ctx, contactId: string, messageIds: readonly string[]): Promise<Named[]> {
  if (messageIds.length === 0) return [];
  const found = await rows<Named>(
    ctx.db,
    sql`select m.id as "messageId", c.campaign_id as "campaignId", c.name as "campaignName", m.handed_at as at
      from message m join campaign c on c.campaign_id = m.campaign_id
      where m.contact_id = ${contactId}::uuid and m.id = any(${uuids(messageIds)})`,
  );
  return found.map((row) => ({ ...row, at: isoOrNull(row.at) }));
}

export type Present = { name: string } & Why['present'];

/** What holds of the contact now; undefined when the asker may not see it. */
export async function presentOf(
  ctx: Ctx,
  contactId: string,
  purpose: string,
  channel: ChannelName,
): Promise<Present | undefined> {
  const known = consentChannel(channel);
  const [found] = await rows<{ name: string; refusal: string | null; address: string | null }>(
    ctx.db,
    sql`select c.name, ${refusalSql(sql`${purpose}`, channel)} as refusal, ${addressSql(channel)} as address
      from (select * from contact where contact_id = ${contactId}::uuid and merged_into is null and ${visibleContacts(ctx)}) as c`,
  );
  if (found === undefined) return undefined;
  const [word] = await rows<NonNullable<Why['present']['consent']>>(
    ctx.db,
    sql`select purpose, granted, occurred_at as at, source from consent
      where contact_id = ${contactId}::uuid and purpose in (${purpose}, 'marketing') and channel = ${known}
      order by purpose = 'marketing', occurred_at desc, id desc limit 1`,
  );
  const [stop] = await rows<NonNullable<Why['present']['suppression']>>(
    ctx.db,
    sql`select reason, created_at as at from suppression where channel = ${known} and address = ${found.address}`,
  );
  return {
    ...found,
    channel,
    consent: word === undefined ? null : { ...word, at: iso(word.at) },
    suppression: stop === undefined ? null : { ...stop, at: iso(stop.at) },
  };
}

/** Who of a run got the message at this address; of those the asker may see. */
export async function sharerOf(ctx: Ctx, runId: string, contactId: string): Promise<Why['sharedWith']> {
  const [found] = await rows<NonNullable<Why['sharedWith']>>(
    ctx.db,
    sql`select o.contact_id as "contactId", o.name from contact me join contact o on o.email = me.email
      join message m on m.contact_id = o.contact_id and m.run_id = ${runId}::uuid and m.reason is distinct from 'duplicate_address'
      where me.contact_id = ${contactId}::uuid and o.contact_id <> me.contact_id${andVisible(ctx, sql`o.contact_id`)} limit 1`,
  );
  return found ?? null;
}
