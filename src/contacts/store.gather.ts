import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { row, rows } from '../core/db.ts';
import { entriesEnd, entryOf, MAX_KEY_TEXT } from './lookup.ts';
import { contact, fieldLookup } from './schema.ts';
import { likeText } from './search-text.ts';
import type { Condition } from './store.filter.values.ts';
import { json } from './store.match.ts';

/** What the actor may see and asked for: `base` is the text of the partial indexes, `conditions` the rest. */
export type ListScope = { base: SQL; conditions: readonly Condition[] };

export const and = (parts: readonly SQL[]): SQL =>
  parts.length === 0 ? sql`true` : sql.join([...parts], sql` and `);

/** All of a scope's conditions, with what helps an index to answer them. */
export async function gathered(ctx: Ctx, { base, conditions }: ListScope): Promise<SQL> {
  const rare = await rareKeys(
    ctx,
    conditions.flatMap((c) => c.onlyIfRare ?? []),
  );
  const finds: SQL[] = [];
  for (const { test, find, findText, onlyIfRare } of conditions) {
    if (find !== undefined && find !== test && (onlyIfRare === undefined || rare.has(onlyIfRare)))
      finds.push(find);
    const byText = findText === undefined ? null : await findByText(ctx, findText);
    if (byText !== null) finds.push(byText);
  }
  return and([base, ...finds, ...conditions.map((c) => c.test)]);
}

/** Rows of a key that are quicker to look up one by one than to read the whole table. */
const RARE_ROWS = 20_000;

/** Which of these keys of field_lookup few contacts have. */
async function rareKeys(ctx: Ctx, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const found = await rows<{ key: string }>(
    ctx.db,
    sql`select k.key from jsonb_array_elements_text(${json([...new Set(keys)])}) as k(key)
      where (select count(*) from (select 1 from ${fieldLookup} l
          where l.entry >= k.key || chr(10) and l.entry < k.key || chr(11) limit ${RARE_ROWS}) as first_rows)
        < ${RARE_ROWS}`,
  );
  return new Set(found.map(({ key }) => key));
}

/** Values of a field tried one by one, jumping along the index: some 50 ms. A field with more is no list of values. */
const MAX_VALUES_TRIED = 6_000;

/**
 * All whose value contains the text (or may, being a number or cut), found through the few different values there are: a
 * thousand cities instead of a million contacts. Null when there are too many.
 */
async function findByText(ctx: Ctx, { key, text }: { key: string; text: string }): Promise<SQL | null> {
  const [begin, end] = [entryOf(key, ''), entriesEnd(key)];
  const { tried, entries } = await row<{ tried: number; entries: string[] | null }>(
    ctx.db,
    sql`
    with recursive seen (entry, n) as (
      (select entry, 1 from ${fieldLookup} where entry >= ${begin} and entry < ${end} order by entry limit 1)
      union all
      select (select l.entry from ${fieldLookup} l where l.entry > seen.entry and l.entry < ${end} order by l.entry limit 1),
        n + 1
      from seen where seen.entry is not null and n <= ${MAX_VALUES_TRIED}
    ), valued as (
      select entry, substr(entry, ${begin.length + 1}) as value from seen where entry is not null
    )
    select count(*)::int as tried, array_agg(entry) filter (
      where value ilike ${`s%${likeText(text)}%`} or left(value, 1) <> 's' or char_length(value) > ${MAX_KEY_TEXT}
    ) as entries from valued`,
  );
  if (tried > MAX_VALUES_TRIED) return null;
  if (entries === null) return sql`false`;
  return sql`${contact.contactId} in (
    select l.contact_id from ${fieldLookup} l where l.entry = any(array(select jsonb_array_elements_text(${json(entries)}))))`;
}
