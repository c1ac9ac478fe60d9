import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, rows } from '../../core/db.ts';
import type { EventRecorded } from '../contract.ts';
import { event } from '../schema.ts';

export type ToldTraits = {
  /** The node it was said of. */
  nodeId: string;
  sourceId: string;
  occurredAt: Date;
  traits: Record<string, unknown>;
};

/** What these events said, oldest first. One that moved to another contact meanwhile is found under its new one. */
export async function traitsOf(
  ctx: Ctx,
  told: readonly EventRecorded[],
  present: ReadonlyMap<string, string>,
): Promise<ToldTraits[]> {
  const wanted = told.map(({ id, contactId, occurredAt }) => ({
    id,
    occurredAt,
    contactId: present.get(contactId) ?? contactId,
  }));
  const found = await rows<Omit<ToldTraits, 'occurredAt'> & { at: string }>(
    ctx.db,
    sql`
    select e.origin_id as "nodeId", e.source_id as "sourceId", e.occurred_at as at, e.properties as traits
    from jsonb_to_recordset(${JSON.stringify(wanted)}::text::jsonb) as w(id uuid, "contactId" uuid, "occurredAt" timestamptz)
    join ${event} e on e.contact_id = w."contactId" and e.occurred_at = w."occurredAt" and e.id = w.id
    order by e.occurred_at, e.id`,
  );
  return found.map(({ at, ...rest }) => ({ ...rest, occurredAt: dateOf(at) }));
}
