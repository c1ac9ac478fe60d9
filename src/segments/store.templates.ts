import { sql } from '../core/sql.ts';
import { contact, visibleContacts } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { minorDigits } from '../core/money.ts';
import { saleFact } from '../orders/index.ts';
import { instant } from './window.ts';

/**
 * The revenue (minor units, net of returns, as the leaf `purchase` counts it) of the last of the top so many per cent of those who
 * have any, among the contacts the asker may see; null when nobody has.
 */
export async function topRevenue(ctx: Ctx, percent: number): Promise<number | null> {
  const scale = 10 ** minorDigits(ctx.config.baseCurrency);
  const [found] = await rows<{ revenue: string }>(
    ctx.db,
    sql`
    with buyer as (
      select round(sum(f.base_amount) * ${scale}::numeric) as revenue from ${saleFact} f
      join ${contact} on contact.contact_id = f.contact_id and contact.merged_into is null and ${visibleContacts(ctx)}
      where f.trust <> 'public' and not f.anonymous and f.occurred_at <= ${instant(ctx.clock.now())}
      group by f.contact_id having round(sum(f.base_amount) * ${scale}::numeric) > 0)
    select b.revenue::text as revenue from buyer b order by b.revenue desc
    offset greatest(0, (select ceil(count(*) * ${percent}::numeric / 100) from buyer)::int - 1) limit 1`,
  );
  return found === undefined ? null : Number(found.revenue);
}
