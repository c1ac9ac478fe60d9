import { MAX_TAGS } from './contract.ts';
import { roomFor } from './apply.ts';
import { uniqueSorted } from './prepare.ts';
import { PLAIN_FIELDS } from './state.ts';
import type { ContactState } from './state.ts';

/**
 * What the survivor of a merge is: its own words first, gaps filled from the other, tags joined, the earlier beginning.
 * A visitor that is joined by somebody known becomes that person. Pure; points, ids and version are the caller's.
 */
export function mergedState(from: ContactState, to: ContactState): ContactState {
  const merged: ContactState = { ...to };
  const target = merged as unknown as Record<string, unknown>;
  for (const key of PLAIN_FIELDS) {
    if (to[key] === null || to[key] === '') target[key] = from[key];
  }
  if (to.kind === 'visitor') merged.kind = from.kind;
  else if (from.kind !== 'visitor') merged.roles = uniqueSorted([...to.roles, ...from.roles]);
  merged.tags = uniqueSorted([...to.tags, ...from.tags]).slice(0, MAX_TAGS);
  merged.attributes = { ...to.attributes };
  for (const [name, value] of Object.entries(from.attributes)) {
    if (!(name in merged.attributes) && roomFor(merged.attributes, name, value))
      merged.attributes[name] = value;
  }
  merged.externalId = to.externalId ?? from.externalId;
  if (from.kind !== 'visitor' && from.createdAt < to.createdAt) merged.createdAt = from.createdAt;
  return merged;
}
