import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { OPS } from '../segments/contract.ts';
import type { Rule } from '../segments/contract.ts';
import { compared, numberTest, quote } from '../segments/index.ts';
import type { CatalogueField, Dependency, Language, LeafEnv, LeafSql, LeafType } from '../segments/index.ts';
import type { Grade } from './contract.ts';
import type { SalesLeaf } from './contract.leaf.ts';
import { lead } from './schema.ts';

/**
 * The lead as it was scored last, and the contact's owner. A score shrinks all the time; what is asked here is the stored row, which
 * scoring looks at again at the first moment its grade changes (and hourly while hot or warm) and tells of. Who is no known lead
 * fulfils nothing but `owner`.
 */
export const salesType: LeafType<SalesLeaf> = {
  type: 'sales',
  compile: (leaf, env) => (leaf.measure === 'owner' ? ofOwner(leaf, env) : ofLead(leaf, env)),
  dependencies: (leaf) =>
    leaf.measure === 'owner' ? [{ kind: 'attribute', key: 'ownerId' }] : [leadFact(leaf.measure)],
  futureFacts: null,
  words: salesWords,
  facts: (leaf, env, contactId) =>
    leaf.measure === 'owner'
      ? null
      : leadsOf(env).newest(
          contactId,
          [],
          sql`'lead' as kind, f.grade || ' ' || f.fit as what, to_jsonb(round(f.score::numeric, 2)) as value`,
        ),
  fields: salesFields,
};

export type LeadKey = 'score' | 'grade' | 'fit';
/** A change of a lead as rules depend on it. */
export const leadFact = (key: LeadKey): Dependency => ({ kind: 'lead', key });

/** Whether a rule itself asks for what scoring makes: points by such a rule would chase themselves. */
export function asksForLead(rule: Rule): boolean {
  if ('children' in rule) return rule.children.some(asksForLead);
  if ('child' in rule) return asksForLead(rule.child);
  const leaf: { type: string; measure?: string } = rule;
  return leaf.type === 'sales' && leaf.measure !== 'owner';
}

type OfLead = Exclude<SalesLeaf, { measure: 'owner' }>;
type OfOwner = Extract<SalesLeaf, { measure: 'owner' }>;

const leadsOf = (env: LeafEnv) =>
  env.source({
    key: 'lead',
    from: sql`(select l.*, l.computed_at as occurred_at from ${lead} l where l.known) f`,
    where: [],
  });

/** A contact has one row at most, so that any aggregate gives its column. */
function ofLead(leaf: OfLead, env: LeafEnv): LeafSql {
  const source = leadsOf(env);
  const same = { until: () => null, needs: [source.key] };
  if (leaf.measure === 'score') {
    const score = source.agg('round(max(f.score)::numeric, 2)', []);
    return {
      ...same,
      value: sql`(${numberTest(leaf, score)}) is true`,
      actual: () => ({ kind: 'number', sql: score }),
    };
  }
  const column = source.agg(leaf.measure === 'grade' ? 'max(f.grade)' : 'max(f.fit)', []);
  const values = sql`${`{${leaf.value.join(',')}}`}::text[]`;
  return {
    ...same,
    value:
      leaf.op === 'in'
        ? sql`(${column} = any(${values})) is true`
        : sql`(${column} <> all(${values})) is true`,
    actual: () => ({ kind: 'text', sql: column }),
  };
}

function ofOwner(leaf: OfOwner, env: LeafEnv): LeafSql {
  const owner = env.contact('owner_id');
  const conditions: Record<OfOwner['op'], () => SQL> = {
    exists: () => sql`${owner} is not null`,
    lacks: () => sql`${owner} is null`,
    is: () => sql`${owner} = ${'value' in leaf ? leaf.value : ''}::text`,
    isNot: () => sql`${owner} <> ${'value' in leaf ? leaf.value : ''}::text`,
  };
  return {
    value: sql`(${conditions[leaf.op]()}) is true`,
    until: () => null,
    needs: [],
    actual: () => ({ kind: 'text', sql: owner }),
  };
}

const GRADE_WORDS: Readonly<Record<Grade, Record<Language, string>>> = {
  hot: { en: 'hot', ru: 'горячий' },
  warm: { en: 'warm', ru: 'тёплый' },
  cold: { en: 'cold', ru: 'холодный' },
};

/** "the lead is one of hot, warm". */
function salesWords(leaf: SalesLeaf, language: Language): string {
  const ru = language === 'ru';
  if (leaf.measure === 'score')
    return `${ru ? 'балл лида' : 'the score of the lead'} ${compared(leaf, language, (value) => quote(value, language))}`;
  if (leaf.measure === 'owner') {
    if (!('value' in leaf)) {
      if (leaf.op === 'exists') return ru ? 'есть ответственный' : 'somebody looks after the contact';
      return ru ? 'нет ответственного' : 'nobody looks after the contact';
    }
    const subject = ru ? 'ответственный' : 'the owner';
    return `${subject} ${compared(leaf, language, (value) => quote(value, language))}`;
  }
  const among = ru ? (leaf.op === 'in' ? '—' : '— не') : leaf.op === 'in' ? 'is' : 'is not';
  const or = ru ? ' или ' : ' or ';
  if (leaf.measure === 'fit')
    return `${ru ? 'соответствие лида' : 'the fit of the lead'} ${among} ${leaf.value.join(or)}`;
  return `${ru ? 'лид' : 'the lead'} ${among} ${leaf.value.map((grade) => GRADE_WORDS[grade][language]).join(or)}`;
}

function salesFields(): CatalogueField[] {
  const field = (
    name: string,
    kind: string,
    ops: readonly string[],
    en: string,
    ru: string,
  ): CatalogueField => ({
    leaf: 'sales',
    field: name,
    kind,
    ops,
    label: { en, ru },
  });
  return [
    field('score', 'number', [...OPS.equality, ...OPS.order, 'between'], 'Lead score', 'Балл лида'),
    field('grade', 'leadGrade', OPS.membership, 'Lead grade', 'Теплота лида'),
    field('fit', 'leadFit', OPS.membership, 'Lead fit', 'Соответствие лида'),
    field('owner', 'person', [...OPS.presence, ...OPS.equality], 'Owner', 'Ответственный'),
  ];
}
