import { sql } from '../../core/sql.ts';
import { contact } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { loyaltyMember, loyaltyProgram } from '../programs/schema.ts';

/** `day`: month and day, MM-DD. */
export type Due = { contactId: string; day: string };

type Wanted = { programId: string; days: readonly string[]; after: string; limit: number };
const texts = (list: readonly string[]) => sql`${`{${list.join(',')}}`}::text[]`;

/** Members whose birthday is one of these days, in the order of their ids. */
export async function birthdays(ctx: Ctx, { programId, days, after, limit }: Wanted): Promise<Due[]> {
  return rows<Due>(
    ctx.db,
    sql`
    select distinct c.contact_id as "contactId", to_char(c.birth_month, 'FM00') || '-' || to_char(c.birth_day, 'FM00') as day
    from ${loyaltyMember} m join ${contact} c on c.contact_id = m.contact_id
    where m.program_id = ${programId}::uuid and m.state = 'active' and c.contact_id > ${after}::uuid
      and to_char(c.birth_month, 'FM00') || '-' || to_char(c.birth_day, 'FM00') = any(${texts(days)})
    order by 1 limit ${limit}`,
  );
}

/** Members who joined on one of these days of an earlier year, by the program's zone. */
export async function anniversaries(ctx: Ctx, { programId, days, after, limit }: Wanted): Promise<Due[]> {
  return rows<Due>(
    ctx.db,
    sql`
    select m.contact_id as "contactId", to_char(min(m.enrolled_at) at time zone p.zone, 'MM-DD') as day
    from ${loyaltyMember} m join ${loyaltyProgram} p on p.program_id = m.program_id
    where m.program_id = ${programId}::uuid and m.state = 'active' and m.contact_id > ${after}::uuid
      and m.enrolled_at < ${ctx.clock.now().toISOString()}::timestamptz - interval '300 days'
    group by m.contact_id, p.zone
    having to_char(min(m.enrolled_at) at time zone p.zone, 'MM-DD') = any(${texts(days)})
    order by 1 limit ${limit}`,
  );
}
