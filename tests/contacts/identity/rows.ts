import { sql } from 'drizzle-orm';
import type { Ctx } from '../../../src/core/ctx.ts';
import { rows } from '../../../src/core/db.ts';

/** Every row of contacts in every module, to be compared before and after. */

/**
 * Derived from other rows and made anew by the events of a merge or a separation, look-ups that name nodes or are found by what other
 * rows say, locks, and codes good for minutes.
 */
const DERIVED = new Set([
  'contact_rfm',
  'contact_trait',
  'contact_trait_due',
  'coupon_buyer',
  'identity_parked',
  'lead',
  'member_card',
  'member_code',
  'offer_contact_counter',
  'segment_member',
  'segment_pending',
  'tier_standing',
  'visitor_lookup',
]);

/** `alone`: part of a key that does not name the contact, as look-ups have: no two rows share it, whoever's they are. */
type Column = { name: string; type: string; alone: boolean };

export async function contactTables(ctx: Ctx): Promise<string[]> {
  const found = await rows<{ name: string }>(
    ctx.db,
    sql`select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
      where a.attname = 'contact_id' and not a.attisdropped and c.relkind in ('r', 'p') and not c.relispartition
        and c.relnamespace = 'public'::regnamespace order by 1`,
  );
  return found.map(({ name }) => name).filter((name) => !DERIVED.has(name));
}

/** Rows of these contacts by table; when a contact was last touched and how often is nobody's fact. */
export async function snapshot(ctx: Ctx, contactIds: readonly string[]): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const table of await contactTables(ctx)) {
    const found = await rows<{ r: Record<string, unknown> }>(
      ctx.db,
      sql`select to_jsonb(t) - 'updated_at' - 'version' as r from ${sql.identifier(table)} t
        where contact_id in (select jsonb_array_elements_text(${JSON.stringify(contactIds)}::text::jsonb)::uuid)`,
    );
    all[table] = found.map(({ r }) => JSON.stringify(inAnyOrder(r))).toSorted();
  }
  return all;
}

/** Points of one moment have no order, nor has what the search box looks in. */
function inAnyOrder(row: Record<string, unknown>): Record<string, unknown> {
  const { search } = row;
  return typeof search === 'string' ? { ...row, search: search.split(' ').toSorted() } : row;
}

function filler(type: string): string {
  if (type.endsWith('[]')) return `'{}'`;
  if (type === 'uuid') return 'gen_random_uuid()';
  if (type === 'jsonb') return `'{}'`;
  if (type === 'boolean') return 'false';
  if (type.startsWith('timestamp')) return `'2026-02-01T00:00:00Z'`;
  return /^(smallint|integer|bigint|numeric|double|real)/.test(type) ? '1' : `'x'`;
}

/**
 * A row of a contact in a table, said of itself: what must not be empty gets a value that says nothing, and keys that are no ids are
 * the same for everybody, so that two contacts meet each other's.
 */
export async function plant(ctx: Ctx, table: string, contactId: string): Promise<void> {
  const columns = await rows<Column>(
    ctx.db,
    sql`select attname as name, format_type(atttypid, atttypmod) as type, exists (
          select from pg_index i where i.indrelid = attrelid and i.indisunique and attnum = any(i.indkey)
            and not (i.indkey::int2[] @> array[(select c.attnum from pg_attribute c
              where c.attrelid = i.indrelid and c.attname = 'contact_id')])) as alone
      from pg_attribute
      where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attnotnull
        and (not atthasdef or attname = 'contact_id')`,
  );
  const valueOf = ({ name, type, alone }: Column): string => {
    if (alone && type === 'text') return 'gen_random_uuid()::text';
    if (name === 'contact_id' || name === 'origin_id') return `'${contactId}'`;
    if (name === 'rule_id') return `'00000000-0000-7000-8000-000000000001'`;
    if (table === 'score_entry' && name === 'kind') return `'engagement'`;
    return filler(type);
  };
  const names = columns.map(({ name }) => `"${name}"`);
  await ctx.db.execute(
    sql.raw(`insert into "${table}" (${names.join(', ')}) values (${columns.map(valueOf).join(', ')})`),
  );
}
