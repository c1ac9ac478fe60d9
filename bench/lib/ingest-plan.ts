import { z } from 'zod';

/** What the load process shall do. */
export const loadPlan = z.object({
  url: z.string(),
  writeKey: z.string(),
  path: z.string(),
  /** Makes its message ids its own. */
  run: z.string(),
  /** Visitors to pick from, beside new ones. */
  visitors: z.number().int(),
  connections: z.number().int(),
  eventsPerRequest: z.number().int(),
  seconds: z.number(),
  /** Null: as fast as answers come. */
  requestsPerSecond: z.number().nullable(),
});
export type LoadPlan = z.infer<typeof loadPlan>;

export const loadResult = z.object({
  requests: z.number(),
  events: z.number(),
  seconds: z.number(),
  p50Ms: z.number(),
  p95Ms: z.number(),
  p99Ms: z.number(),
  statuses: z.record(z.string(), z.number()),
  cpuShare: z.number(),
});
export type LoadResult = z.infer<typeof loadResult>;
