import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { messageIdSql } from './store.audience.ts';
import { mailRefusalSql } from './store.refusal.ts';
import type { CampaignRow } from './store.campaigns.ts';
import { campaign } from './schema.ts';
import type { RunKey } from './store.ledger.ts';

/** Puts the campaign that carries a template's transactional mails there, once. */
export async function keepMailCampaign(ctx: Ctx, row: CampaignRow): Promise<void> {
  await ctx.db.insert(campaign).values(row).onConflictDoNothing({ target: campaign.campaignId });
}

export type PlannedMail = {
  contactId: string;
  sendKey: string;
  email: string;
  locale: string | null;
  data: object;
};

/** Puts mails into the ledger, planned or skipped with the reason; those that are there stay as they are. Returns how many are new. */
export async function planMails(ctx: Ctx, run: RunKey, mails: readonly PlannedMail[]): Promise<number> {
  const at = sql`${run.plannedAt.toISOString()}::timestamptz`;
  const made = await rows(
    ctx.db,
    sql`
    with asked as materialized (
      select distinct on (k."contactId", k."sendKey") k."contactId" as contact_id, k."sendKey" as send_key,
        lower(k.email) as address, k.locale, k.data,
        ${messageIdSql(sql`k."contactId"`, sql`k."sendKey"`)} as id
      from jsonb_to_recordset(${JSON.stringify(mails)}::text::jsonb) as k("contactId" uuid, "sendKey" text, email text,
        locale text, data jsonb)
      order by k."contactId", k."sendKey"
    ), guard as (
      insert into send_guard (contact_id, send_key, message_id) select contact_id, send_key, id from asked
      on conflict (contact_id, send_key) do nothing returning message_id
    )
    insert into message (contact_id, occurred_at, id, campaign_id, run_id, state, reason, due_at, channel, address, locale,
      asked, data, origin_id)
    select a.contact_id, ${at}, a.id, ${run.campaignId}::uuid, ${run.runId}::uuid,
      case when r.reason is null then 'planned' else 'skipped' end, r.reason, ${at}, 'email', a.address, a.locale,
      true, case when r.reason is null then a.data else '{}' end, a.contact_id
    from guard g join asked a on a.id = g.message_id
    cross join lateral (select ${mailRefusalSql(sql`a.address`)} as reason) r
    returning 1`,
  );
  return made.length;
}
