import type { TraceEntry } from './contract.ts';
import type { Ready } from './prepare.ts';

/** An offer about to be considered: it counts as not applied until it is. */
export function newEntry({ offer, gives }: Ready): TraceEntry {
  return {
    kind: 'offer',
    id: offer.id,
    version: offer.version,
    name: offer.name,
    stage: offer.stage,
    outcome: 'not_applied',
    misses: [],
    near: false,
    gives,
    desiredMinor: 0,
    actualMinor: 0,
    limitedBy: null,
    by: [],
    next: null,
    needsCode: offer.needsCode,
  };
}
