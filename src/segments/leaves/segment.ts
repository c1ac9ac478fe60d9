import { sql } from 'drizzle-orm';
import type { SegmentLeaf } from '../contract.rule.ts';
import type { LeafType } from '../leaf.ts';
import { segmentMember } from '../schema.ts';

/**
 * Is in another segment. A dynamic one is compiled in place from its own rule, so that it is exact at the same moment; what
 * arrives here is a static list.
 */
export const segmentType: LeafType<SegmentLeaf> = {
  type: 'segment',
  compile: (leaf, env) => {
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
