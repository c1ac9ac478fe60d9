import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { contactHistory } from '../../contacts/index.ts';
import { contactTrait } from '../../tracking/index.ts';
import type { AttributeLeaf } from '../contract.attribute.ts';
import { isTraitField, TRAIT_PREFIX } from '../contract.fields.ts';
import type { LeafEnv, Part, Source } from '../leaf.ts';
import { future, instant, past } from '../window.ts';
import { earliest, FIRST, list } from './rows.ts';

/**
 * Fields as they stood at a past moment. The last word told for that moment counts; before the first word stands what every
 * contact begins with. Of a contact that came into the base later than the moment asked about, whose orders or events are
 * older, the first word counts. What has no history, as it never changed since it was stored, stands as at present.
 */

/** The birthday is kept in two fields. */
export const keysBehind = (field: string): string[] =>
  field === 'birthday' ? ['birthMonth', 'birthDay'] : [field];

/** What contacts begin with, as jsonb; null for all other keys. */
const DEFAULTS: Readonly<Record<string, (env: LeafEnv) => SQL>> = {
  kind: (env) => sql`to_jsonb(coalesce(${env.contact('born_as')}, 'person'))`,
  status: () => sql`'"active"'::jsonb`,
  roles: () => sql`'["client"]'::jsonb`,
};

/** All words about a key, told from each other by parts: what was known later must not look as if nothing had ever been told. */
const wordsOf = (key: string, env: LeafEnv): Source =>
  env.source({
    key: `history ${key}`,
    from: sql`${contactHistory} f`,
    where: [sql`f.key = ${key}::text`],
  });

const knownParts = (env: LeafEnv): Part[] =>
  env.knownAt === null ? [] : [{ key: 'known', sql: sql`f.recorded_at <= ${instant(env.knownAt)}` }];

const NEWEST = 'array_agg(f.value order by f.occurred_at desc, f.id desc)';
const OLDEST = 'array_agg(f.value order by f.occurred_at, f.id)';

/** The value of a history key as jsonb; `present` is how it stands now, as jsonb. */
export function valueThen(key: string, env: LeafEnv, present: SQL): SQL {
  const source = wordsOf(key, env);
  const until = source.agg(NEWEST, [...knownParts(env), past(env.now)]);
  const known = source.agg(OLDEST, knownParts(env));
  const later = sql`${env.contact('created_at')} > ${instant(env.now)} and ${known} is not null`;
  return sql`(case when ${until} is not null then (${until})[1] when ${later} then (${known})[1]
    when ${source.agg('count(*)', [])} is null then ${present} else ${DEFAULTS[key]?.(env) ?? sql`null::jsonb`} end)`;
}

/** When the next word about the key that is known of already was told, or the contact came into the base. */
export function nextWord(key: string, env: LeafEnv): SQL | null {
  const created = env.contact('created_at');
  return earliest([
    wordsOf(key, env).agg(FIRST, [...knownParts(env), future(env.now)]),
    sql`case when ${created} > ${instant(env.now)} then ${created} end`,
  ]);
}

/** When the contact was last changed, as far as its history tells. */
export function changedThen(env: LeafEnv): SQL {
  const upTo = env.knownAt === null || env.knownAt > env.now ? env.now : env.knownAt;
  const source = env.source({ key: 'history', from: sql`${contactHistory} f`, where: [] });
  const last = source.agg('max(f.recorded_at)', [
    { key: 'recorded', sql: sql`f.recorded_at <= ${instant(upTo)}` },
  ]);
  return sql`greatest(${last}, ${env.contact('created_at')})`;
}

/** The newest words told of the field, or since when its trait is what it is. */
export function attributeFacts(leaf: AttributeLeaf, env: LeafEnv, contactId: string): SQL {
  if (isTraitField(leaf.field))
    return sql`select f.updated_at as at, 'trait' as kind, f.key as what,
        coalesce(to_jsonb(f.number_value), to_jsonb(f.text_value), to_jsonb(f.date_value)) as value
      from ${contactTrait} f where f.contact_id = ${contactId}::uuid and f.key = ${leaf.field.slice(TRAIT_PREFIX.length)}::text`;
  const keys = keysBehind(leaf.field);
  const source = env.source({
    key: `words ${leaf.field}`,
    from: sql`${contactHistory} f`,
    where: [sql`f.key = any(${list(keys)})`],
  });
  return source.newest(
    contactId,
    [...knownParts(env), past(env.now)],
    sql`'attribute' as kind, f.id::text as id, f.key as what, f.value`,
  );
}
