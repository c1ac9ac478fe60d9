import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { familyMember, pointHold } from './schema.ts';

/**
 * What a member of a shared wallet may still spend this month, as the ledger will judge: the cap less what is spent and what open
 * reservations of theirs hold. Null for whoever has no cap.
 */
export function capLeft(of: { contactId: SQL; programId: SQL; zone: SQL; now: SQL }): SQL {
  const { contactId, programId, zone, now } = of;
  return sql`(
    select min(greatest(m.monthly_cap - case when m.spent_month = to_char(${now} at time zone ${zone}, 'YYYY-MM') then m.spent else 0 end
      - coalesce((select sum(h.points) from ${pointHold} h where h.contact_id = m.owner_id and h.wallet_id = m.wallet_id
          and h.state = 'active' and h.expires_at > ${now} and h.by_contact_id = m.origin_id), 0), 0))
    from ${familyMember} m where m.contact_id = ${contactId} and m.program_id = ${programId} and m.monthly_cap is not null)`;
}
