import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { attributeKey, contact } from '../contacts/index.ts';
import type { Ctx } from '../core/ctx.ts';
import { row, rows } from '../core/db.ts';
import { category, orders, product } from '../orders/index.ts';
import { event } from '../tracking/index.ts';
import { CUSTOM_PREFIX, opsOfKind } from './contract.fields.ts';
import type { FieldKind } from './contract.fields.ts';
import { VALUE_TYPES } from './contract.attribute.ts';
import type { CatalogueField } from './leaf.ts';
import type { Person } from './store.members.ts';
import { peopleOf } from './store.members.ts';

/** Questions to the whole base: how large it is, whom a draft rule would hold, what it names that nobody has seen. */

/** Attributes the builder offers; more than anybody scrolls through. */
const MAX_CUSTOM_FIELDS = 1_000;

/** A base this small is evaluated in well under a second. */
const SMALL_CONTACTS = 20_000;
const SMALL_ORDERS = 100_000;

export async function isSmallBase(ctx: Ctx): Promise<boolean> {
  const { small } = await row<{ small: boolean }>(
    ctx.db,
    sql`select (select count(*) from (select from ${contact} limit ${SMALL_CONTACTS + 1}) c) <= ${SMALL_CONTACTS}
      and (select count(*) from (select from ${orders} limit ${SMALL_ORDERS + 1}) o) <= ${SMALL_ORDERS} as small`,
  );
  return small;
}

const SAMPLE = 10;

/** Counts members and the base they come from (a condition on the table contact, or their number), with the first few by id. */
export async function countAndSample(
  ctx: Ctx,
  members: SQL,
  base: SQL,
  known?: number,
): Promise<{ count: number; base: number; sample: Person[] }> {
  const found = await row<{ count: string; base: string; sample: string[] }>(
    ctx.db,
    sql`
    with m as materialized (${members})
    select (select count(*) from m)::text as count,
      ${known === undefined ? sql`(select count(*) from ${contact} where ${base})` : sql`${known}::bigint`}::text as base,
      array(select contact_id::text from m order by contact_id limit ${SAMPLE}) as sample`,
  );
  return {
    count: Number(found.count),
    base: Number(found.base),
    sample: await peopleOf(ctx, found.sample),
  };
}

export async function baseSize(ctx: Ctx, base: SQL): Promise<number> {
  const { n } = await row<{ n: number }>(
    ctx.db,
    sql`select count(*)::int as n from ${contact} where ${base}`,
  );
  return n;
}

/** As PostgreSQL reckons it: merged contacts and those the asker may not see are in it. */
export async function roughBaseSize(ctx: Ctx): Promise<number> {
  const { n } = await row<{ n: number }>(
    ctx.db,
    sql`select greatest(reltuples, 0)::int as n from pg_class where oid = 'contact'::regclass`,
  );
  return n;
}

/** About one in `every` contacts of the base, the same ones whenever it is asked. */
export async function drawContacts(ctx: Ctx, base: SQL, every: number): Promise<string[]> {
  const found = await rows<{ id: string }>(
    ctx.db,
    sql`select contact_id as id from ${contact}
      where ${base} and mod(hashtextextended(contact_id::text, 0) & ${Number.MAX_SAFE_INTEGER}::bigint, ${every}::bigint) = 0`,
  );
  return found.map(({ id }) => id);
}

/** Things a rule can name. */
export type Named = { kind: 'attribute' | 'event' | 'product' | 'category'; name: string };

const SEEN: Readonly<Record<Named['kind'], SQL>> = {
  attribute: sql`exists (select from ${attributeKey} a where a.key = n.name)`,
  event: sql`exists (select from ${event} e where e.name = n.name)`,
  product: sql`exists (select from ${product} p where p.external_id = n.name)`,
  category: sql`exists (select from ${category} c where c.external_id = n.name)`,
};

/** Which of these nobody has ever seen. */
export async function unseen(ctx: Ctx, named: readonly Named[]): Promise<Named[]> {
  if (named.length === 0) return [];
  const cases = Object.entries(SEEN).map(([kind, seen]) => sql`when ${kind}::text then ${seen}`);
  return rows<Named>(
    ctx.db,
    sql`select n.kind, n.name from jsonb_to_recordset(${JSON.stringify(named)}::text::jsonb) as n(kind text, name text)
      where not case n.kind ${sql.join(cases, sql` `)} end`,
  );
}

/** Custom attributes seen so far as fields of a rule, once per type of value. */
export async function customFields(ctx: Ctx): Promise<CatalogueField[]> {
  const found = await ctx.db
    .select({ key: attributeKey.key, type: attributeKey.type })
    .from(attributeKey)
    .orderBy(attributeKey.key, attributeKey.type)
    .limit(MAX_CUSTOM_FIELDS);
  return found.map(({ key, type }) => {
    const kind = (VALUE_TYPES as readonly string[]).includes(type) ? (type as FieldKind) : 'text';
    return {
      leaf: 'attribute',
      field: CUSTOM_PREFIX + key,
      kind,
      ops: opsOfKind(kind),
      label: { en: key, ru: key },
    };
  });
}
