import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { wallet } from '../ledger/schema.ts';

/** Who else spends from a wallet of these contacts, and because of which of them they are named. */
export async function sharersOf(
  ctx: Ctx,
  contactIds: readonly string[],
): Promise<Array<{ contactId: string; because: string }>> {
  if (contactIds.length === 0) return [];
  const ids = sql`${`{${contactIds.join(',')}}`}::uuid[]`;
  return hotRows<{ contactId: string; because: string }>(
    ctx.db,
    sql`
    with led as (
      select unnest(${ids}) as because, unnest(${ids}) as owner_id
      union
      select w.contact_id, w.family_owner_id from ${wallet} w where w.contact_id = any(${ids}) and w.family_owner_id is not null
    )
    select distinct on (m.contact_id) m.contact_id as "contactId", l.because
    from led l join ${wallet} m on m.family_owner_id = l.owner_id
    where m.contact_id <> all(${ids}) order by m.contact_id, l.because`,
  );
}
