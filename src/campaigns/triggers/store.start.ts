import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import { campaign } from '../schema.ts';
import type { CampaignRow } from '../store.campaigns.ts';
import type { Reentry, TriggerStart } from './contract.ts';

const ids = (list: readonly string[]) => sql`${`{${list.join(',')}}`}::uuid[]`;
const at = (moment: Date) => sql`${moment.toISOString()}::timestamptz`;

/** Triggered campaigns that run, by what starts them. The index holds nothing else. */
export async function liveCampaigns(
  ctx: Ctx,
  types: ReadonlyArray<TriggerStart['type']>,
): Promise<CampaignRow[]> {
  return ctx.db
    .select()
    .from(campaign)
    .where(
      sql`kind = 'triggered' and state = 'running' and trigger -> 'start' ->> 'type' = any(${`{${types.join(',')}}`}::text[])`,
    )
    .orderBy(campaign.campaignId);
}

export type Entry = { contactId: string; sendKey: string; at: Date };

/**
 * Lets contacts in: of those that have entered before, who may again. One row for each contact and campaign, so that of two workers
 * one lets it in. What already has its message is not let in again. Returns the contacts.
 */
export async function admit(
  ctx: Ctx,
  campaignId: string,
  reentry: Exclude<Reentry, { type: 'always' }>,
  entries: readonly Entry[],
): Promise<Set<string>> {
  const days = reentry.type === 'after' ? reentry.days : 0;
  // Days of 24 hours: nobody counts the hours of a clock change.
  const free = (entered: ReturnType<typeof sql>, now: ReturnType<typeof sql>) =>
    reentry.type === 'once'
      ? sql`false`
      : sql`${entered} <= ${now} - make_interval(hours => ${days * 24}::int)`;
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`
    with asked as (
      select distinct on (k."contactId") k."contactId" as contact_id, k.at
      from ${unnested('k', entries, { contactId: 'uuid', sendKey: 'text', at: 'timestamptz' })}
      where not exists (select from send_guard g where g.contact_id = k."contactId" and g.send_key = k."sendKey")
      order by k."contactId", k.at
    )
    insert into trigger_entry as e (contact_id, campaign_id, origin_id, entered_at)
    select a.contact_id, ${campaignId}::uuid, a.contact_id, a.at from asked a
    where not exists (select from trigger_entry o where o.contact_id = a.contact_id and o.campaign_id = ${campaignId}::uuid
      and o.origin_id <> a.contact_id and not ${free(sql`o.entered_at`, sql`a.at`)})
    order by a.contact_id
    on conflict (contact_id, campaign_id, origin_id) do update set entered_at = excluded.entered_at
      where ${free(sql`e.entered_at`, sql`excluded.entered_at`)}
    returning e.contact_id as id`,
  );
  return new Set(found.map(({ id }) => id));
}

export type Transition = { contactId: string; id: string };
/** A load of the past moves contacts too; nobody did anything just now. */
const LOADS = ['contacts.imported', 'orders.imported'];

/**
 * Who moved at this moment by a fact, by time, or by hand. Builds, edits, merges, and loads of the past move contacts as well, but
 * nothing has happened to those. In the order of ids.
 */
export async function transitionsOf(
  ctx: Ctx,
  move: { segmentId: string; direction: 'entered' | 'left'; at: Date; contactIds: readonly string[] | null },
  page: { after: string; limit: number },
): Promise<Transition[]> {
  const named = move.contactIds === null ? sql`` : sql`and t.contact_id = any(${ids(move.contactIds)})`;
  return rows<Transition>(
    ctx.db,
    sql`
    select t.contact_id as "contactId", t.id from segment_transition t
    where t.segment_id = ${move.segmentId}::uuid and t.occurred_at = ${at(move.at)} and t.direction = ${move.direction} ${named}
      and (t.cause in ('time', 'manual') or t.cause = 'fact' and t.cause_id is not null)
      and case when t.cause_id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then not exists (
        select from outbox o where o.id = t.cause_id::uuid and o.topic = any(${`{${LOADS.join(',')}}`}::text[])) else true end
      and t.id > ${page.after}::uuid
    order by t.id limit ${page.limit}`,
  );
}

/** Names of a program's tiers as its ladder in force has them. */
export async function tierNames(ctx: Ctx, programId: string): Promise<Map<string, string>> {
  const found = await rows<{ id: string; name: string }>(
    ctx.db,
    sql`
    select t ->> 'id' as id, t ->> 'name' as name from tier_ladder l
    join tier_ladder_version v on v.ladder_id = l.ladder_id and v.version = l.version
    cross join lateral jsonb_array_elements(v.rules -> 'tiers') t
    where l.program_id = ${programId}::uuid and l.state = 'active'`,
  );
  return new Map(found.map(({ id, name }) => [id, name]));
}
