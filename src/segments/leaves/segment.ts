import { sql } from '../../core/sql.ts';
import type { SegmentLeaf } from '../contract.rule.ts';
import type { LeafEnv, LeafSql, LeafType, Source } from '../leaf.ts';
import { segmentMember, segmentTransition } from '../schema.ts';
import { future, past } from '../window.ts';
import { FIRST } from './rows.ts';

/**
 * Is in another segment. A dynamic one is compiled in place from its own rule, so that it is exact at the same moment; what
 * arrives here is a static list.
 */
export const segmentType: LeafType<SegmentLeaf> = {
  type: 'segment',
  compile: (leaf, env) => {
    if (env.history) return listedThen(leaf, env);
    const source = env.source({
      key: `segment ${leaf.segmentId}`,
      from: sql`${segmentMember} f`,
      where: [sql`f.segment_id = ${leaf.segmentId}::uuid`, sql`f.value`],
    });
    const listed = source.agg('bool_and(f.value)', []);
    return { value: sql`${listed} is true`, until: () => null, needs: [source.key] };
  },
  dependencies: (leaf) => [{ kind: 'segment', key: leaf.segmentId }],
  futureFacts: null,
  facts: (leaf, env, contactId) =>
    changesOf(leaf, env).newest(
      contactId,
      [past(env.now)],
      sql`'list' as kind, f.id::text as id, f.direction as what, to_jsonb(f.direction = 'entered') as value`,
    ),
  words: (leaf, language, names) => {
    const name = names.segments.get(leaf.segmentId) ?? leaf.segmentId;
    return language === 'ru' ? `входит в сегмент «${name}»` : `is in the segment “${name}”`;
  },
  fields: () => [
    {
      leaf: 'segment',
      field: 'segmentId',
      kind: 'segment',
      ops: [],
      label: { en: 'Another segment', ru: 'Другой сегмент' },
    },
  ],
};

/** Lists are changed at the moment it is told, so that a change was known from when it happened. */
const changesOf = (leaf: SegmentLeaf, env: LeafEnv): Source =>
  env.source({
    key: `listed ${leaf.segmentId}`,
    from: sql`${segmentTransition} f`,
    where: [sql`f.segment_id = ${leaf.segmentId}::uuid`],
    recorded: sql`f.occurred_at`,
  });

/** On the list at a past moment, by what was done last. */
function listedThen(leaf: SegmentLeaf, env: LeafEnv): LeafSql {
  const source = changesOf(leaf, env);
  const last = source.agg('array_agg(f.direction order by f.occurred_at desc, f.id desc)', [past(env.now)]);
  return {
    value: sql`((${last})[1] = 'entered') is true`,
    until: () => source.agg(FIRST, [future(env.now)]),
    needs: [source.key],
  };
}
