import { hotRows } from '../../core/db.ts';
import type { Ctx } from '../../core/ctx.ts';
import { sql } from '../../core/sql.ts';
import { unnested } from '../../core/unnest.ts';
import { campaign, sendGuard } from '../schema.ts';
import { journeyPerson, journeyVersion } from './schema.ts';

/** Who left so is spoken to no more; who has come to the end of the way still gets what was planned on it. */
const ENDED = sql`('goal', 'stopped', 'merged')`;

/**
 * Those of a step's messages that nobody stands behind any more: the person has reached a goal or was taken out of the journey, or the
 * step has waited for its message for too long and they went on as if it had failed. Of other campaigns none.
 */
export async function passedBy(
  ctx: Ctx,
  campaignId: string,
  batch: ReadonlyArray<{ contactId: string; id: string }>,
): Promise<string[]> {
  if (batch.length === 0) return [];
  const messages = batch.map(({ contactId, id }) => ({ contactId, id }));
  const found = await hotRows<{ id: string }>(
    ctx.db,
    sql`
    with said as materialized (
      select k.id, g.send_key, p.journey_id, p.version, p.state = 'left' as away,
        p.state = 'left' and p.reason in ${ENDED} as ended,
        g.send_key <> p.entry_id || ':' || p.node_id || case when p.visit = 1 then '' else ':' || p.visit end as elsewhere
      from ${unnested('k', messages, { contactId: 'uuid', id: 'uuid' })}
      join ${sendGuard} g on g.contact_id = k."contactId" and g.message_id = k.id
      join ${journeyPerson} p on p.contact_id = g.contact_id and p.entry_id::text = split_part(g.send_key, ':', 1)
      where exists (select from ${campaign} c where c.campaign_id = ${campaignId}::uuid and c.kind = 'journey-step')
    ), waiting as materialized (
      select d.journey_id, d.version, n ->> 'id' as node_id
      from (select distinct journey_id, version from said) d
      join ${journeyVersion} v on v.journey_id = d.journey_id and v.version = d.version
      cross join lateral jsonb_array_elements(v.definition -> 'nodes') n
      where n ->> 'type' = 'message' and n ->> 'waitFor' <> 'nothing'
    )
    select s.id from said s where s.ended or (s.away or s.elsewhere) and exists (
      select from waiting w where w.journey_id = s.journey_id and w.version = s.version
        and w.node_id = split_part(s.send_key, ':', 2))`,
  );
  return found.map(({ id }) => id);
}
