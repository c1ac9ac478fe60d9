import { sql } from '../../core/sql.ts';
import { OPS } from '../../segments/contract.ts';
import type { Language, LeafEnv, LeafSql, Source } from '../../segments/index.ts';
import { personCategory, personCategoryAssignment } from '../standing/schema.ts';
import type { CategoryLeaf } from './contract.category.ts';
import { loyaltyFact } from './field.ts';
import type { LoyaltyField } from './field.ts';
import { listed } from './tier.ts';

/** Person categories in force: what was approved, within its term. Terms begin and end by themselves, exactly then. */
export const categoryField: LoyaltyField<CategoryLeaf> = {
  compile: ofCategory,
  dependencies: () => [loyaltyFact('category')],
  words,
  facts: (_leaf, env, contactId) =>
    assigned(env).newest(
      contactId,
      [],
      sql`'personCategory' as kind, f.name as what, jsonb_build_object('from', f.valid_from, 'until', f.valid_until) as value`,
    ),
  fields: () => [
    {
      leaf: 'loyalty',
      field: 'personCategory',
      kind: 'personCategory',
      ops: [...OPS.membership, ...OPS.presence],
      label: { en: 'Person category', ru: 'Категория клиента' },
    },
  ],
};

const assigned = (env: LeafEnv): Source =>
  env.source({
    key: 'person category',
    from: sql`(select a.contact_id, a.category_id, a.valid_from, a.valid_until, a.valid_from as occurred_at,
        coalesce(a.decided_at, a.requested_at) as recorded_at, k.name
      from ${personCategoryAssignment} a join ${personCategory} k on k.category_id = a.category_id and k.state = 'active'
      where a.state in ('approved', 'revoked') and (a.valid_until is null or a.valid_until > a.valid_from)) f`,
    where: [],
  });

function ofCategory(leaf: CategoryLeaf, env: LeafEnv): LeafSql {
  const source = assigned(env);
  const now = sql`${env.now.toISOString()}::timestamptz`;
  const begun = { key: 'category begun', sql: sql`f.valid_from <= ${now}` };
  const coming = { key: 'category coming', sql: sql`f.valid_from > ${now}` };
  const lasting = { key: 'category lasting', sql: sql`(f.valid_until is null or f.valid_until > ${now})` };
  const of = 'value' in leaf ? [among(leaf.value)] : [];
  const held = source.agg('count(*)', [begun, lasting, ...of]);
  const positive = leaf.op === 'in' || leaf.op === 'exists';
  return {
    value: positive ? sql`(${held} > 0) is true` : sql`coalesce(${held}, 0) = 0`,
    until: () =>
      sql`least(${source.agg('min(f.valid_until)', [begun, lasting, ...of])}, ${source.agg('min(f.valid_from)', [coming, ...of])})`,
    needs: positive ? [source.key] : [],
    actual: () => ({
      kind: 'text',
      sql: source.agg(`string_agg(distinct f.name, ', ')`, [begun, lasting]),
    }),
  };
}

function among(ids: readonly string[]) {
  const list = ids.toSorted().join(',');
  return { key: `category in ${list}`, sql: sql`f.category_id = any(${`{${list}}`}::uuid[])` };
}

/** "the person category is Student or Pensioner". */
function words(leaf: CategoryLeaf, language: Language): string {
  const ru = language === 'ru';
  if (!('value' in leaf)) {
    if (leaf.op === 'exists') return ru ? 'есть категория клиента' : 'has a person category';
    return ru ? 'нет категории клиента' : 'has no person category';
  }
  return `${ru ? 'категория клиента' : 'the person category'} ${listed(leaf, language)}`;
}
