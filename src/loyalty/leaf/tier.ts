import { sql } from '../../core/sql.ts';
import { OPS } from '../../segments/contract.ts';
import { quote } from '../../segments/index.ts';
import type { Language, LeafEnv, LeafSql, Source } from '../../segments/index.ts';
import { tierLadderVersion, tierStanding } from '../standing/schema.ts';
import type { TierLeaf } from './contract.tier.ts';
import { loyaltyFact } from './field.ts';
import type { LoyaltyField } from './field.ts';

/**
 * The tier as it was reviewed last: facts and time have it reviewed at once, and every change is told. What is asked of the past is
 * answered by the present row.
 */
export const tierField: LoyaltyField<TierLeaf> = {
  compile: ofTier,
  dependencies: () => [loyaltyFact('tier')],
  words,
  facts: (_leaf, env, contactId) =>
    named(env).newest(
      contactId,
      [],
      sql`'tier' as kind, f.name as what, jsonb_build_object('basis', f.basis, 'missing', f.missing) as value`,
    ),
  fields: () => [
    {
      leaf: 'loyalty',
      field: 'tier',
      kind: 'tier',
      ops: [...OPS.membership, ...OPS.presence, 'near'],
      label: { en: 'Loyalty tier', ru: 'Уровень лояльности' },
    },
  ],
};

const standings = (env: LeafEnv): Source =>
  env.source({
    key: 'tier standing',
    from: sql`(select s.*, s.reviewed_at as occurred_at from ${tierStanding} s) f`,
    where: [],
  });

const named = (env: LeafEnv): Source =>
  env.source({
    key: 'tier standing by name',
    from: sql`(select s.contact_id, s.basis, s.missing, s.since as occurred_at, (
        select x ->> 'name' from ${tierLadderVersion} v, jsonb_array_elements(v.rules -> 'tiers') x
        where v.ladder_id = s.ladder_id and v.version = s.ladder_version and x ->> 'id' = s.tier_id::text) as name
      from ${tierStanding} s) f`,
    where: [],
  });

const HELD = { key: 'tier held', sql: sql`f.tier_id is not null` };
const inProgram = (programId: string | undefined) =>
  programId === undefined
    ? []
    : [{ key: `tier program ${programId}`, sql: sql`f.program_id = ${programId}::uuid` }];

function ofTier(leaf: TierLeaf, env: LeafEnv): LeafSql {
  const source = standings(env);
  const same = { until: () => null, needs: [source.key] };
  if (leaf.op === 'near') {
    const missing = source.agg('min(f.missing)', inProgram(leaf.programId));
    return {
      ...same,
      value: sql`(${missing} <= ${leaf.missing}::bigint) is true`,
      actual: () => ({ kind: 'number', sql: missing }),
    };
  }
  const of = 'value' in leaf ? [] : inProgram(leaf.programId);
  const held = source.agg('count(*)', [HELD, ...of]);
  const actual = () => ({ kind: 'text', sql: source.agg('min(f.tier_id::text)', of) });
  if (!('value' in leaf))
    return leaf.op === 'exists'
      ? { ...same, value: sql`(${held} > 0) is true`, actual }
      : { ...same, needs: [], value: sql`coalesce(${held}, 0) = 0`, actual };
  const list = leaf.value.toSorted().join(',');
  const among = source.agg('count(*)', [
    { key: `tier in ${list}`, sql: sql`f.tier_id = any(${`{${list}}`}::uuid[])` },
  ]);
  const value = leaf.op === 'in' ? sql`(${among} > 0) is true` : sql`(${held} > 0 and ${among} = 0) is true`;
  return { ...same, value, actual };
}

/** "the loyalty tier is Gold or Silver". */
function words(leaf: TierLeaf, language: Language): string {
  const ru = language === 'ru';
  if (leaf.op === 'near')
    return ru
      ? `до следующего уровня лояльности не хватает не больше ${quote(leaf.missing, language)}`
      : `at most ${quote(leaf.missing, language)} is missing to the next loyalty tier`;
  if (!('value' in leaf)) {
    if (leaf.op === 'exists') return ru ? 'есть уровень лояльности' : 'has a loyalty tier';
    return ru ? 'нет уровня лояльности' : 'has no loyalty tier';
  }
  const subject = ru ? 'уровень лояльности' : 'the loyalty tier';
  return `${subject} ${listed(leaf, language)}`;
}

/** "is A or B", "— не A или B". */
export function listed(
  leaf: { op: 'in' | 'notIn'; value: readonly string[]; names?: readonly string[] | undefined },
  language: Language,
): string {
  const ru = language === 'ru';
  const is = ru ? (leaf.op === 'in' ? '—' : '— не') : leaf.op === 'in' ? 'is' : 'is not';
  return `${is} ${leaf.value.map((id, i) => quote(leaf.names?.[i] ?? id, language)).join(ru ? ' или ' : ' or ')}`;
}
