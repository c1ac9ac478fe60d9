import type { LeafDraft } from './model.ts';

/** What a condition on events keeps when its measure changes, so that it always says something that can be asked. */

export const OF_PROPERTY: ReadonlySet<unknown> = new Set(['sum', 'avg', 'min', 'max', 'distinct']);
const MOMENTS: ReadonlySet<unknown> = new Set(['firstAt', 'lastAt']);
export const EVENT_AGES: ReadonlySet<unknown> = new Set(['daysSinceFirst', 'daysSinceLast']);

export const measureOf = (leaf: LeafDraft): string =>
  typeof leaf['measure'] === 'string' ? leaf['measure'] : 'count';

/** Another measure: the event, what it must say and the time stay; the property, the operation and the value where they fit. */
export function withEventMeasure(leaf: LeafDraft, measure: string): LeafDraft {
  const { measure: _measure, property, zone, op, value, from, to, ...rest } = leaf;
  const sameKind = MOMENTS.has(measureOf(leaf)) === MOMENTS.has(measure);
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  const compared = sameKind
    ? { op, ...(op === 'between' ? range : value === undefined ? {} : { value }) }
    : { op: 'gte' };
  return {
    ...rest,
    type: leaf.type,
    ...(measure === 'count' ? {} : { measure }),
    ...(OF_PROPERTY.has(measure) ? { property: property ?? '' } : {}),
    ...(zone !== undefined && EVENT_AGES.has(measure) ? { zone } : {}),
    ...compared,
  };
}
