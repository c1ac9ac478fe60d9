import type { LeafDraft } from './model.ts';

/** What a condition on behaviour keeps when a part of it changes, so that it always says something that can be asked. */

const AGES: ReadonlySet<unknown> = new Set(['daysSinceFirstSeen', 'daysSinceLastSeen']);
const MOMENTS: ReadonlySet<unknown> = new Set(['firstSeenAt', 'lastSeenAt']);
const FRESH_DAYS = 30;

export const isAge = (measure: unknown): boolean => AGES.has(measure);
export const hasWindow = (measure: unknown): boolean => !AGES.has(measure) && !MOMENTS.has(measure);
/** A mean grows and shrinks with what it is taken of: its change says nothing. */
export const canChange = (measure: unknown): boolean => hasWindow(measure) && measure !== 'depth';

/** Another measure: which visits count stays; the window, the operation and the value stay where they fit. */
export function withMeasure(
  leaf: LeafDraft,
  to: { field: string; kind: string; ops: readonly string[] },
): LeafDraft {
  const { days, trend, zone, value, from, to: until, op, where } = leaf;
  const changed = trend !== undefined && canChange(to.field);
  const sameKind = MOMENTS.has(leaf['measure']) === MOMENTS.has(to.field);
  const range = { ...(from === undefined ? {} : { from }), ...(until === undefined ? {} : { to: until }) };
  return {
    type: leaf.type,
    measure: to.field,
    ...(typeof op === 'string' && sameKind && to.ops.includes(op)
      ? { op, ...(op === 'between' ? range : { value }) }
      : { op: 'gte' }),
    ...(days !== undefined && hasWindow(to.field) ? { days } : {}),
    ...(changed ? { trend } : {}),
    ...(zone !== undefined && isAge(to.field) ? { zone } : {}),
    ...(where === undefined ? {} : { where }),
  };
}

export function withOp(leaf: LeafDraft, op: string): LeafDraft {
  const { value, from: _from, to: _to, ...rest } = leaf;
  return { ...rest, op, ...(op === 'between' || value === undefined ? {} : { value }) };
}

/** A change needs a window to be the change of. */
export function withTrend(leaf: LeafDraft, change: boolean): LeafDraft {
  const { trend: _trend, ...rest } = leaf;
  return change ? { ...rest, days: leaf['days'] ?? FRESH_DAYS, trend: 'change' } : rest;
}

export function withDays(leaf: LeafDraft, last: boolean): LeafDraft {
  const { days, trend, ...rest } = leaf;
  return last ? { ...rest, days: days ?? FRESH_DAYS, ...(trend === undefined ? {} : { trend }) } : rest;
}
