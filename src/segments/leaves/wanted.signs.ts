import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { category, product } from '../../orders/index.ts';
import { event, eventsOfDeed, LIST_VIEWED } from '../../tracking/index.ts';
import type { WantedLeaf } from '../contract.wanted.ts';
import type { LeafEnv, Part } from '../leaf.ts';
import { instant } from '../window.ts';
import { list } from './rows.ts';

/** Signs of interest as rows `f` (contact_id, occurred_at, id, item), read as ingestion reads them; an item is a product's code or a category's id. */

/** Names of the events the leaf looks at. */
export function signEvents({ of, sign = 'either' }: WantedLeaf): string[] {
  const viewed =
    sign === 'carted' ? [] : [...eventsOfDeed('viewed'), ...(of === 'category' ? [LIST_VIEWED] : [])];
  return [...viewed, ...(sign === 'viewed' ? [] : eventsOfDeed('added'))];
}

/** Literals: with parameters the planner could not know which index holds these rows. */
const names = (list: readonly string[]): SQL => sql.raw(list.map((name) => `'${name}'`).join(', '));

/** What JavaScript trims. */
const BLANKS =
  '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff';
const MAX_CODE = 100;
const MAX_TEXT = 300;

const read = (key: string): { type: SQL; text: SQL } => ({
  type: sql`jsonb_typeof(f.properties -> ${key}::text)`,
  text: sql`btrim(f.properties ->> ${key}::text, ${BLANKS}::text)`,
});

/** A product's code or a list's id: a text or a number, as carts and interest read it. */
function code(key: string): SQL {
  const { type, text } = read(key);
  return sql`case when ${type} in ('string', 'number') and length(${text}) <= ${MAX_CODE}::int then nullif(${text}, '') end`;
}

function words(key: string): SQL {
  const { type, text } = read(key);
  return sql`case when ${type} = 'string' then nullif(left(${text}, ${MAX_TEXT}::int), '') end`;
}

const PRODUCT_CODE = sql`coalesce(${code('product_id')}, ${code('sku')})`;

function events(eventNames: readonly string[], item: SQL, env: LeafEnv, parts: readonly Part[]): SQL {
  const known = env.knownAt === null ? [] : [sql`f.recorded_at <= ${instant(env.knownAt)}`];
  const where = [
    sql`f.name in (${names(eventNames)})`,
    sql`f.type = 'track'`,
    sql`not f.bot`,
    ...known,
    ...parts.map((part) => part.sql),
  ];
  return sql`select f.contact_id, f.occurred_at, f.id, ${item} as item from ${event} f where ${sql.join(where, sql` and `)}`;
}

/** The signs that fulfil the parts. */
export function signsOf(leaf: WantedLeaf, env: LeafEnv, parts: readonly Part[]): SQL {
  const ofProducts = events(
    signEvents(leaf).filter((name) => name !== LIST_VIEWED),
    PRODUCT_CODE,
    env,
    parts,
  );
  if (leaf.of === 'product') {
    const which = leaf.named === undefined ? sql`f.item is not null` : sql`f.item = any(${list(leaf.named)})`;
    return sql`select * from (${ofProducts}) f where ${which}`;
  }
  const above = sql`cross join lateral unnest(c.path) as a(item)${
    leaf.named === undefined
      ? sql``
      : sql` where a.item = any(array(select category_id from ${category} where external_id = any(${list(leaf.named)})))`
  }`;
  const byProduct = sql`select f.contact_id, f.occurred_at, f.id, a.item from (${ofProducts}) f
    join ${product} p on p.external_id = f.item join ${category} c on c.category_id = p.category_id ${above}`;
  if (leaf.sign === 'carted') return byProduct;
  // What is looked at names its category itself, too, by the shop's id or by its name: still one sign of one event.
  const told = sql`case when f.name = '${sql.raw(LIST_VIEWED)}' then coalesce(${words('category')}, ${code('list_id')})
    else ${words('category')} end`;
  const viewed = events([...eventsOfDeed('viewed'), LIST_VIEWED], told, env, parts);
  return sql`${byProduct} union
    select f.contact_id, f.occurred_at, f.id, a.item from (${viewed}) f
    join (select external_id as told, path from ${category} union all select name, path from ${category}) c on c.told = f.item ${above}`;
}
