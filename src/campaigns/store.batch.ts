import { sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { chosenSql, messageIdSql } from './store.audience.ts';
import type { ChannelName } from './contract.channel.ts';
import type { RunKey } from './store.ledger.ts';

/** A message that something has started. */
export type BatchEntry = {
  contactId: string;
  /** Unique for the contact over all campaigns: `<campaignId>@<what started it>`, `<entryId>:<nodeId>`. */
  sendKey: string;
  /** Not before this moment. */
  dueAt: Date;
  /** Variables of its own, at the top of the template's; null: none. */
  data: object | null;
};

/** Planned or skipped with the reason; who has been merged away or erased meanwhile gets no row. */
export async function planBatchOf(
  ctx: Ctx,
  run: RunKey,
  what: { purpose: string; channels: readonly ChannelName[] },
  entries: readonly BatchEntry[],
): Promise<number> {
  const at = sql`${run.plannedAt.toISOString()}::timestamptz`;
  const made = await rows(
    ctx.db,
    sql`
    with asked as materialized (
      select distinct on (k."contactId", k."sendKey") k."contactId" as contact_id, k."sendKey" as send_key, k."dueAt" as due_at,
        nullif(k.data, 'null') as data, ${messageIdSql(sql`k."contactId"`, sql`k."sendKey"`)} as id
      from jsonb_to_recordset(${JSON.stringify(entries)}::text::jsonb) as k("contactId" uuid, "sendKey" text,
        "dueAt" timestamptz, data jsonb)
      order by k."contactId", k."sendKey"
    ), decision as materialized (
      ${chosenSql(sql`(select distinct contact_id from asked)`, sql`${what.purpose}`, what.channels)}
    ), guard as (
      insert into send_guard (contact_id, send_key, message_id)
      select a.contact_id, a.send_key, a.id from asked a join decision d on d.contact_id = a.contact_id
      on conflict (contact_id, send_key) do nothing returning message_id
    )
    insert into message (contact_id, occurred_at, id, campaign_id, run_id, state, reason, due_at, channel, data, origin_id)
    select a.contact_id, ${at}, a.id, ${run.campaignId}::uuid, ${run.runId}::uuid,
      case when d.reason is null then 'planned' else 'skipped' end, d.reason, greatest(a.due_at, ${at}), d.channel,
      case when d.reason is null then a.data end, a.contact_id
    from guard g join asked a on a.id = g.message_id join decision d on d.contact_id = a.contact_id
    returning 1`,
  );
  return made.length;
}
