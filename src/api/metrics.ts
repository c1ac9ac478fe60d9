import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Ctx } from '../core/ctx.ts';
import { registeredMetrics } from '../core/metrics.ts';
import type { Metric } from '../core/metrics.ts';

const PREFIX = 'otklik_';
/** From an index look-up to the statement time-out. */
const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];

/** Figures of this process: its own and of its HTTP. One per process, as prom-client's collectors are. */
const processRegistry = new Registry();
const requests = new Histogram({
  name: `${PREFIX}http_request_duration_seconds`,
  help: 'Duration of HTTP requests by route and status',
  labelNames: ['method', 'route', 'status'],
  buckets: BUCKETS_S,
  registers: [processRegistry],
});
let collecting = false;

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** Counts one answered request; `route` is a pattern, never a path. */
export function observeRequest(method: string, route: string, status: number, seconds: number): void {
  const known = METHODS.has(method) ? method : 'other';
  requests.observe({ method: known, route, status: String(status) }, seconds);
}

/** Everything in Prometheus' text format: this process, and the registered figures read from the tables now. */
export async function renderMetrics(ctx: Ctx): Promise<{ contentType: string; text: string }> {
  if (!collecting) {
    collectDefaultMetrics({ register: processRegistry, prefix: PREFIX });
    collecting = true;
  }
  const fromTables = new Registry();
  await Promise.all(registeredMetrics().map((metric) => collect(ctx, metric, fromTables)));
  const text = (await processRegistry.metrics()) + (await fromTables.metrics());
  return { contentType: processRegistry.contentType, text };
}

/** A figure that cannot be read is left out, so that the others still arrive. */
async function collect(ctx: Ctx, metric: Metric, registry: Registry): Promise<void> {
  try {
    const samples = await metric.collect(ctx);
    const gauge = new Gauge({
      name: PREFIX + metric.name,
      help: metric.help,
      labelNames: [...(metric.labels ?? [])],
      registers: [registry],
    });
    for (const { labels, value } of samples) gauge.set({ ...labels }, value);
  } catch (error) {
    ctx.log.warn({ err: error, metric: metric.name }, 'metric not available');
  }
}
