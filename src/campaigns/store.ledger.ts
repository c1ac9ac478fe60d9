import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { CHANNELS } from './contract.channel.ts';
import type { ChannelName } from './contract.channel.ts';
import { addressSql } from './store.refusal.ts';

/** A message somebody has claimed: its key and which attempt this is. */
export type Claim = { contactId: string; id: string; attempt: number };

/** The run's messages share their `occurred_at`, which names the partition. */
export type RunKey = { runId: string; campaignId: string; plannedAt: Date };

const instant = (at: Date) => sql`${at.toISOString()}::timestamptz`;
/** False as well when there is no provider yet. */
const oneOf = (provider: SQL, names: readonly string[]): SQL =>
  sql`coalesce(${provider} = any(${`{${names.join(',')}}`}::text[]), false)`;
const list = (value: unknown) => sql`${JSON.stringify(value)}::text::jsonb`;

/**
 * Takes up to `limit` due messages of a run for this worker until `leaseUntil`. Committed before anything is handed off:
 * whoever finds them later knows that they may have gone out.
 */
export async function claimMessages(
  ctx: Ctx,
  run: RunKey,
  claim: { now: Date; leaseUntil: Date; provider: string; channel: ChannelName; limit: number },
): Promise<Claim[]> {
  return rows<Claim>(
    ctx.db,
    sql`
    with due as (
      select contact_id, id from message
      where run_id = ${run.runId}::uuid and occurred_at = ${instant(run.plannedAt)}
        and state in ('planned', 'retry') and due_at <= ${instant(claim.now)} and channel = ${claim.channel}
      order by due_at limit ${claim.limit} for update skip locked
    )
    update message m set state = 'sending', attempt = m.attempt + 1, lease_until = ${instant(claim.leaseUntil)},
      provider = ${claim.provider}, handed_at = null
    from due where m.contact_id = due.contact_id and m.occurred_at = ${instant(run.plannedAt)} and m.id = due.id
    returning m.contact_id as "contactId", m.id, m.attempt`,
  );
}

/**
 * Marks messages as on their way to a provider that cannot be asked: from now on a crash leaves them unknown, and their rows
 * know to whom they went. Returns the ids of
 * those that are still ours; what the sweeper or a merge has taken meanwhile must not be handed off here.
 */
export async function markHandedOff(
  ctx: Ctx,
  plannedAt: Date,
  messages: ReadonlyArray<Claim & { to: string; locale: string; couponCode: string | null }>,
  now: Date,
): Promise<Set<string>> {
  const keys = messages.map(({ contactId, id, attempt, to, locale, couponCode }) => ({
    contactId,
    id,
    attempt,
    to,
    locale,
    couponCode,
  }));
  const ours = await rows<{ id: string }>(
    ctx.db,
    sql`
    update message m set handed_at = ${instant(now)}, address = k.to, locale = k.locale, coupon_code = k."couponCode"
    from jsonb_to_recordset(${list(keys)}) as k("contactId" uuid, id uuid, attempt smallint, "to" text, locale text,
      "couponCode" text)
    where m.contact_id = k."contactId" and m.occurred_at = ${instant(plannedAt)} and m.id = k.id
      and m.attempt = k.attempt and m.state = 'sending'
    returning m.id`,
  );
  return new Set(ours.map(({ id }) => id));
}

/** Gives claims back that were not handed off. */
export async function releaseClaims(ctx: Ctx, plannedAt: Date, claims: readonly Claim[]): Promise<void> {
  await ctx.db.execute(sql`
    update message m set state = 'planned', lease_until = null
    from jsonb_to_recordset(${list(claims)}) as k("contactId" uuid, id uuid, attempt smallint)
    where m.contact_id = k."contactId" and m.occurred_at = ${instant(plannedAt)} and m.id = k.id
      and m.attempt = k.attempt and m.state = 'sending'`);
}

/** What became of a claimed message. */
export type Settled = Claim & {
  state: 'sent' | 'retry' | 'planned' | 'failed' | 'unknown' | 'skipped' | 'cancelled';
  failures: number;
  reason: string | null;
  detail: string | null;
  dueAt: Date | null;
  /** Now, when it is put off. */
  deferredAt: Date | null;
  handedAt: Date | null;
  deliveredAt: Date | null;
  address: string | null;
  locale: string | null;
  couponCode: string | null;
  /** The channel it goes on with; null: it stays on its own. */
  nextChannel: ChannelName | null;
};

/**
 * Writes outcomes of one run in one statement; a claim that the sweeper or a merge has taken away is left alone. Returns the ids
 * of those it wrote.
 */
export async function settleMessages(
  ctx: Ctx,
  plannedAt: Date,
  settled: readonly Settled[],
): Promise<Set<string>> {
  if (settled.length === 0) return new Set();
  const done = await rows<{ id: string }>(
    ctx.db,
    sql`
    update message m set state = s.state, failures = s.failures, reason = s.reason, detail = s.detail,
      due_at = coalesce(s."dueAt", m.due_at), deferred_at = coalesce(m.deferred_at, s."deferredAt"), lease_until = null,
      handed_at = coalesce(s."handedAt", m.handed_at), delivered_at = coalesce(s."deliveredAt", m.delivered_at),
      address = coalesce(s.address, m.address), locale = coalesce(s.locale, m.locale),
      coupon_code = coalesce(s."couponCode", m.coupon_code), channel = coalesce(s."nextChannel", m.channel),
      -- Secrets such as a confirmation's address stay no longer than they are needed; what was sent may have to go again.
      data = case when m.data is not null and s.state in ('failed', 'skipped', 'cancelled') then '{}' else m.data end
    from jsonb_to_recordset(${list(settled)}) as s("contactId" uuid, id uuid, attempt smallint, state text,
      failures smallint, reason text, detail text, "dueAt" timestamptz, "deferredAt" timestamptz, "handedAt" timestamptz,
      "deliveredAt" timestamptz, address text, locale text, "couponCode" text,
      "nextChannel" text)
    where m.contact_id = s."contactId" and m.occurred_at = ${instant(plannedAt)} and m.id = s.id
      and m.attempt = s.attempt and m.state in ('sending', 'unknown')
    returning m.id`,
  );
  return new Set(done.map(({ id }) => id));
}

export type Doubtful = Claim & { plannedAt: Date };

const doubtful = (found: Array<Claim & { plannedAt: string }>): Doubtful[] =>
  found.map((row) => ({ ...row, plannedAt: dateOf(row.plannedAt) }));

/**
 * Claims whose worker has not settled them in time: those that may have been handed off become unknown, the others wait
 * again. Returns the unknown ones. `lookups` are the providers that can be asked, so that nothing was marked for them.
 */
export async function expireLeases(
  ctx: Ctx,
  now: Date,
  lookups: readonly string[],
  limit: number,
): Promise<{ expired: number; unknown: Doubtful[] }> {
  const expired = await rows<Claim & { plannedAt: string; state: string }>(
    ctx.db,
    sql`
    with late as (
      select contact_id, occurred_at, id from message
      where state = 'sending' and lease_until < ${instant(now)}
      order by lease_until limit ${limit} for update skip locked
    )
    update message m set lease_until = null, due_at = ${instant(now)}, reason = 'worker_died',
      state = case when m.handed_at is not null or ${oneOf(sql`m.provider`, lookups)} then 'unknown' else 'retry' end
    from late where m.contact_id = late.contact_id and m.occurred_at = late.occurred_at and m.id = late.id
    returning m.contact_id as "contactId", m.id, m.attempt, m.occurred_at as "plannedAt", m.state`,
  );
  const unknown = doubtful(expired.filter((row) => row.state === 'unknown'));
  return { expired: expired.length, unknown };
}

/** Hand-offs of a transactional message before it is given up as unknown. */
const MAIL_ATTEMPTS = 4;

/**
 * Transactional messages nobody has told anything about for a while are sent again: somebody waits for them, and the same mail
 * twice does no harm. Those of a provider that can be asked are left to its word.
 */
export async function retryUnknownMails(
  ctx: Ctx,
  lookups: readonly string[],
  from: { now: Date; silentSince: Date },
): Promise<number> {
  const again = await rows(
    ctx.db,
    sql`update message set state = 'retry', due_at = ${instant(from.now)}
      where state = 'unknown' and asked and attempt < ${MAIL_ATTEMPTS}
        and due_at <= ${instant(from.silentSince)} and not ${oneOf(sql`provider`, lookups)}
      returning 1`,
  );
  return again.length;
}

/** Messages whose fate the provider can tell exactly. */
export async function unknownOf(ctx: Ctx, provider: string, now: Date, limit: number): Promise<Doubtful[]> {
  const found = await rows<Claim & { plannedAt: string }>(
    ctx.db,
    sql`
    select contact_id as "contactId", id, attempt, occurred_at as "plannedAt" from message
    where state = 'unknown' and provider = ${provider} and due_at <= ${instant(now)}
    order by due_at limit ${limit}`,
  );
  return doubtful(found);
}

/**
 * Settles unknown messages by the provider's word: sent, free to be sent again, or cancelled with their campaign. Returns
 * those it settled with what they are now.
 */
export async function resolveUnknown(
  ctx: Ctx,
  known: ReadonlyArray<Doubtful & { found: boolean }>,
  now: Date,
): Promise<
  Array<{ contactId: string; campaignId: string; id: string; state: 'sent' | 'retry' | 'cancelled' }>
> {
  if (known.length === 0) return [];
  return rows(
    ctx.db,
    sql`
    update message m set
      state = case when k.found then 'sent' when c.state = 'cancelled' then 'cancelled' else 'retry' end,
      reason = case when k.found or c.state = 'cancelled' then null else m.reason end,
      handed_at = case when k.found then coalesce(m.handed_at, ${instant(now)}) else m.handed_at end,
      delivered_at = case when k.found then coalesce(m.delivered_at, ${instant(now)}) else m.delivered_at end,
      due_at = ${instant(now)},
      data = case when m.data is not null and not k.found and c.state = 'cancelled' then '{}' else m.data end,
      -- The worker died before it could write to whom the message went and with which coupon.
      address = coalesce(m.address, (select ${addressOfMessage} from contact c where c.contact_id = m.contact_id)),
      coupon_code = coalesce(m.coupon_code,
        (select code from coupon where contact_id = m.contact_id and send_key = m.id::text))
    from jsonb_to_recordset(${list(known)}) as k("contactId" uuid, id uuid, attempt smallint, "plannedAt" timestamptz,
      found boolean), campaign c
    where m.contact_id = k."contactId" and m.occurred_at = k."plannedAt" and m.id = k.id and m.attempt = k.attempt
      and m.state = 'unknown' and c.campaign_id = m.campaign_id
    returning m.contact_id as "contactId", m.campaign_id as "campaignId", m.id, m.state`,
  );
}

/** Where contact `c` is reached on the channel of message `m`. */
const addressOfMessage = sql`case m.channel ${sql.join(
  CHANNELS.map((channel) => sql`when ${channel} then ${addressSql(channel)}`),
  sql` `,
)} end`;

/** Cancels waiting messages of a run; returns their keys. Only those that were tried before can have a coupon. */
export async function cancelMessages(
  ctx: Ctx,
  run: RunKey,
  limit: number,
): Promise<Array<{ contactId: string; id: string; tried: boolean }>> {
  return rows(
    ctx.db,
    sql`
    with waiting as (
      select contact_id, id from message
      where run_id = ${run.runId}::uuid and occurred_at = ${instant(run.plannedAt)} and state in ('planned', 'retry')
      limit ${limit} for update skip locked
    )
    update message m set state = 'cancelled', data = case when m.data is not null then '{}'::jsonb end from waiting w
    where m.contact_id = w.contact_id and m.occurred_at = ${instant(run.plannedAt)} and m.id = w.id
    returning m.contact_id as "contactId", m.id, m.attempt > 0 as tried`,
  );
}

/**
 * A run that had nothing due is not looked at before something is: at `lookAgain` when a message of it is on its way or its fate can
 * be found out.
 */
export async function restRun(ctx: Ctx, run: RunKey, from: { now: Date; lookAgain: Date }): Promise<void> {
  const ofRun = sql`run_id = ${run.runId}::uuid and occurred_at = ${instant(run.plannedAt)}`;
  await ctx.db.execute(sql`
    update campaign_run r set wake_at = w.at
    from (select least(
        (select min(due_at) from message where ${ofRun} and state in ('planned', 'retry')),
        case when exists (select from message where campaign_id = ${run.campaignId}::uuid and ${ofRun}
          and state in ('sending', 'unknown')) then ${instant(from.lookAgain)} end) as at) w
    where r.run_id = ${run.runId}::uuid and w.at > ${instant(from.now)}`);
}

/** Runs that have not ended, of campaigns in these states; without `awakeAt` also those whose messages all wait. */
export async function openRuns(
  ctx: Ctx,
  campaignStates: readonly string[],
  awakeAt?: Date,
): Promise<RunKey[]> {
  const awake = awakeAt === undefined ? sql`true` : sql`r.wake_at <= ${instant(awakeAt)}`;
  const found = await rows<{ runId: string; campaignId: string; plannedAt: string }>(
    ctx.db,
    sql`select r.run_id as "runId", r.campaign_id as "campaignId", r.planned_at as "plannedAt"
      from campaign_run r join campaign c on c.campaign_id = r.campaign_id
      where r.state in ('planning', 'sending') and ${awake} and c.state = any(${`{${campaignStates.join(',')}}`}::text[])`,
  );
  return found.map((row) => ({ ...row, plannedAt: dateOf(row.plannedAt) }));
}

/** Whether a run still has messages to send, on their way, or whose fate can still be found out. */
export async function hasOpenMessages(ctx: Ctx, run: RunKey, lookups: readonly string[]): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`
    select 1 where exists (select from message where run_id = ${run.runId}::uuid
        and occurred_at = ${instant(run.plannedAt)} and state in ('planned', 'retry'))
      or exists (select from message where campaign_id = ${run.campaignId}::uuid and state = 'sending'
        and run_id = ${run.runId}::uuid and occurred_at = ${instant(run.plannedAt)})
      or exists (select from message where campaign_id = ${run.campaignId}::uuid and state = 'unknown'
        and run_id = ${run.runId}::uuid and occurred_at = ${instant(run.plannedAt)}
        and (${oneOf(sql`provider`, lookups)} or (asked and attempt < ${MAIL_ATTEMPTS})))`,
  );
  return found.length > 0;
}
