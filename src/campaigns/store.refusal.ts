import { suppressedSql } from '../contacts/index.ts';
import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { ChannelName } from './contract.channel.ts';

type Reach = {
  /** Where contact `c` is reached, as points hold it. */
  address: SQL;
  /** Kind of the points that say whether the address is good; null: the address says so itself. */
  point: 'email' | 'phone' | null;
  /** Under which name consents and suppressions know the channel. */
  known: string;
  /** Without a word of consent nothing goes. Else only a "no" stops it: the browser has asked, or nobody is written to. */
  needsWord: boolean;
};

/** The newest good address of this kind: chats and browsers stand in no column of the contact. */
const newest = (kind: string): SQL => sql`(select p.value from contact_point p
  where p.contact_id = c.contact_id and p.kind = ${kind} and p.valid order by p.created_at desc, p.point_id desc limit 1)`;

/** E.164 and nothing else: what was kept as it was typed cannot be dialled. */
const phone = sql`case when c.phone like '+%' then c.phone end`;

const REACH: Readonly<Record<ChannelName, Reach>> = {
  email: { address: sql`c.email`, point: 'email', known: 'email', needsWord: true },
  sms: { address: phone, point: 'phone', known: 'sms', needsWord: true },
  call: { address: phone, point: 'phone', known: 'phone', needsWord: true },
  telegram: { address: newest('telegram'), point: null, known: 'telegram', needsWord: true },
  push: { address: newest('push'), point: null, known: 'push', needsWord: false },
  webhook: { address: sql`c.contact_id::text`, point: null, known: 'webhook', needsWord: false },
};

/** The channel as consents and suppressions name it. */
export const consentChannel = (channel: ChannelName): string => REACH[channel].known;

/** Where contact `c` is reached on the channel; null: nowhere. */
export const addressSql = (channel: ChannelName): SQL => REACH[channel].address;

/**
 * The latest word of contact `c` on this purpose, else on marketing at large: granted, withdrawn, or null. Two looks at the end of
 * an index instead of one sorted list: this is asked for every contact of an audience.
 */
const word = (purpose: SQL, channel: string): SQL =>
  sql`coalesce(${latest(purpose, channel)}, ${latest(sql`'marketing'`, channel)})`;

const latest = (purpose: SQL, channel: string): SQL => sql`(select k.granted from consent k
  where k.contact_id = c.contact_id and k.purpose = ${purpose} and k.channel = ${channel}
  order by k.occurred_at desc, k.id desc limit 1)`;

/** Somebody has asked for the contact's consent to this, and the holder of the address has not confirmed it. */
const unconfirmed = (purpose: SQL, address: SQL): SQL => sql`exists (select from optin_request o
  where o.contact_id = c.contact_id and o.confirmed_at is null and o.address = ${address}
    and (o.purposes ? ${purpose}::text or o.purposes ? 'marketing'))`;

/**
 * Who may get something of this purpose on this channel, and why not: null, or the reason. One text for the preview, the planning
 * and the hand-off, so that they cannot differ. `c` is the contact's row. A word about this very purpose goes before one
 * about marketing at large.
 */
export function refusalSql(purpose: SQL, channel: ChannelName = 'email'): SQL {
  const { address, point, known, needsWord } = REACH[channel];
  const bad =
    point === null
      ? sql`false`
      : sql`exists (select from contact_point p
      where p.contact_id = c.contact_id and p.kind = ${point} and p.value = ${address} and not p.valid)`;
  const lacking =
    known === 'email'
      ? sql`case when ${unconfirmed(purpose, address)} then 'not_confirmed' else 'no_consent' end`
      : sql`'no_consent'`;
  return sql`case
    when ${address} is null or ${bad} then 'no_address'
    when ${suppressedSql(sql`${known}`, address)} then coalesce((select case s.reason when 'unsubscribe' then 'unsubscribed'
      else 'suppressed' end from suppression s where s.channel = ${known} and s.address = ${address}), 'suppressed')
    else case ${word(purpose, known)}
      when true then null when false then 'consent_withdrawn' else ${needsWord ? lacking : sql`null`} end
  end`;
}

/**
 * Why an address gets no answer to what its holder has just asked for: null, or the reason. Such a message needs no consent and
 * goes out after an unsubscribe as well, but never to an address that bounced, complained or was erased.
 */
export function mailRefusalSql(address: SQL, channel: ChannelName = 'email'): SQL {
  return sql`case when exists (select from suppression s
    where s.channel = ${REACH[channel].known} and s.address = ${address} and s.reason <> 'unsubscribe') then 'suppressed' end`;
}
