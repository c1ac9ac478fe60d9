import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { CancelOn } from './contract.ts';

/** Messages whose contact has done one of these since. Trusted sales that stand; events of people. */
export async function cancelledSince(
  ctx: Ctx,
  on: readonly CancelOn[],
  waiting: ReadonlyArray<{ id: string; contactId: string; at: Date }>,
): Promise<string[]> {
  const names = on.flatMap((one) => (one.type === 'event' ? [one.name] : []));
  const order = on.some(({ type }) => type === 'order')
    ? sql`exists (select from orders o where o.contact_id = w."contactId" and o.occurred_at > w.at and o.kind = 'sale'
        and o.trust <> 'public' and o.status <> 'cancelled')`
    : sql`false`;
  const event =
    names.length === 0
      ? sql`false`
      : sql`exists (select from event e where e.contact_id = w."contactId" and e.occurred_at > w.at and not e.bot
        and e.name = any(array[${sql.join(
          names.map((name) => sql`${name}::text`),
          sql`, `,
        )}]))`;
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select w.id from ${unnested('w', waiting, { id: 'uuid', contactId: 'uuid', at: 'timestamptz' })} where ${order} or ${event}`,
  );
  return found.map(({ id }) => id);
}
