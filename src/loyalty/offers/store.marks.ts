import { sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { priceListChange } from '../../orders/index.ts';
import { offerChange } from './schema.ts';

/** Of the last changes; empty before the first. */
export type Marks = { offers: string; lists: string };

/** One look-up by key each. */
export async function readMarks(ctx: Ctx): Promise<Marks> {
  const [found] = await hotRows<{ offers: string | null; lists: string | null }>(
    ctx.db,
    sql`select (select mark::text from ${offerChange}) as offers, (select mark::text from ${priceListChange}) as lists`,
  );
  return { offers: found?.offers ?? '', lists: found?.lists ?? '' };
}
