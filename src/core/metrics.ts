import type { Ctx } from './ctx.ts';

/** One sample of a gauge; labels must come from a small fixed set (states, queues), never from data. */
type Sample = { labels?: Readonly<Record<string, string>>; value: number };

/** A figure read from the tables each time /metrics is asked for. Keep it to one indexed query. */
export type Metric = {
  /** snake_case with the unit last, without the product's prefix: "messages", "outbox_oldest_age_seconds". */
  name: string;
  help: string;
  labels?: readonly string[];
  collect(ctx: Ctx): Promise<readonly Sample[]>;
};

const registered = new Map<string, Metric>();

/** Adds a figure to /metrics; registering a name again replaces it. */
export function registerMetric(metric: Metric): void {
  registered.set(metric.name, metric);
}

export function registeredMetrics(): readonly Metric[] {
  return [...registered.values()];
}
