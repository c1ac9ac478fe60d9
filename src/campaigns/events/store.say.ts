import { consent, contactPoint, contactPointLookup } from '../../contacts/index.ts';
import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';

const uuids = (ids: readonly string[]): SQL => sql`${`{${ids.join(',')}}`}::uuid[]`;

/** By contact: the purposes whose latest word on the channel is a "no" from this source. */
export async function takenBackBy(
  ctx: Ctx,
  contactIds: readonly string[],
  channel: string,
  source: string,
): Promise<Map<string, string[]>> {
  const found = await rows<{ contactId: string; purposes: string[] }>(
    ctx.db,
    sql`
    select contact_id as "contactId", array_agg(purpose) as purposes from (
      select distinct on (contact_id, purpose) contact_id, purpose, granted, source from ${consent}
      where contact_id = any(${uuids(contactIds)}) and channel = ${channel}
      order by contact_id, purpose, occurred_at desc, id desc) latest
    where not granted and source = ${source} group by 1`,
  );
  return new Map(found.map(({ contactId, purposes }) => [contactId, purposes]));
}

/** More people do not share a telephone. */
const MAX_HOLDERS = 50;

/** Contacts to whom this number is known to belong; hints and guesses left out. */
export async function holdersOfPhone(ctx: Ctx, phone: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`
    select distinct p.contact_id as id from ${contactPointLookup} l
    join ${contactPoint} p on p.contact_id = l.contact_id and p.kind = l.kind and p.value = l.value and not p.claimed
    where l.kind = 'phone' and l.value = ${phone} order by 1 limit ${MAX_HOLDERS}`,
  );
  return found.map(({ id }) => id);
}
