/** The only place that reads the wall clock; verbs take it from ctx, rules take `now` as a parameter. */
export type Clock = { now(): Date };

export const systemClock: Clock = { now: () => new Date() };

/** Milliseconds that only go forward; for measuring durations, never for facts. */
export function monotonicMs(): number {
  return performance.now();
}
