import { quoteTimes } from './lib/pricing.ts';
import type { Bench } from './main.ts';

/** Of a quote in process; over HTTP there is the request to read and the answer to write besides. */
const TARGETS: readonly (readonly [offers: number, p95Ms: number])[] = [
  [200, 5],
  [2_000, 30],
];

export const run: Bench = async (emit, note) => {
  note('in process, one at a time, 50 lines, offers indexed beforehand; limit: the target');
  for (const [offers, limit] of TARGETS) {
    const { p50Ms, p95Ms } = quoteTimes(offers);
    emit({ metric: `quote_${offers}_p50_ms`, value: p50Ms, unit: 'ms', limit, ratio: p50Ms / limit });
    emit({ metric: `quote_${offers}_p95_ms`, value: p95Ms, unit: 'ms', limit, ratio: p95Ms / limit });
  }
};
