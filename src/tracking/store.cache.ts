import type { SourceRow } from './store.sources.ts';

/** Sources as they were some seconds ago: looking a key up would cost each small request a quarter of its time. */

/** A change made by another process may take this long to be seen. */
const TRUST_MS = 5_000;
/** More keys than this, known or not, make the cache begin anew. */
const MAX_KEYS = 1_000;

type Kept<T> = { value: Promise<T>; untilMs: number };
type Origins = { any: boolean; named: ReadonlySet<string> };

const byKey = new Map<string, Kept<SourceRow | null>>();
let origins: Kept<Origins> | undefined;

/** `load` is asked once for all who want the same key at the same time. */
export function cachedSource(
  nowMs: number,
  writeKey: string,
  load: () => Promise<SourceRow | null>,
): Promise<SourceRow | null> {
  const known = byKey.get(writeKey);
  if (isFresh(known, nowMs)) return known.value;
  if (byKey.size >= MAX_KEYS) byKey.clear();
  const kept = { value: load(), untilMs: nowMs + TRUST_MS };
  byKey.set(writeKey, kept);
  kept.value.catch(() => byKey.delete(writeKey));
  return kept.value;
}

export function cachedOrigins(nowMs: number, load: () => Promise<Origins>): Promise<Origins> {
  if (isFresh(origins, nowMs)) return origins.value;
  const kept = { value: load(), untilMs: nowMs + TRUST_MS };
  origins = kept;
  kept.value.catch(() => (origins = undefined));
  return kept.value;
}

/** A clock set back (in a test, or by hand) must not keep anything for longer. */
function isFresh<T>(kept: Kept<T> | undefined, nowMs: number): kept is Kept<T> {
  return kept !== undefined && kept.untilMs > nowMs && kept.untilMs <= nowMs + TRUST_MS;
}

/** After a change in this process. */
export function forgetSources(): void {
  byKey.clear();
  origins = undefined;
}
