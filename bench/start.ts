import { spawnSync } from 'node:child_process';
import type { Bench } from './main.ts';
import { discard, newDataDir, startProduct } from './lib/product.ts';

/** DESIGN.md: seconds from the command to an address that answers. */
const COLD_TARGET_S = 5;
const WARM_TARGET_S = 3;
const WARM_RUNS = 3;

export const run: Bench = async (emit, note) => {
  note(
    'embedded PostgreSQL, all roles in one process; from the command to the printed address, which answers by then',
  );
  const bare = performance.now();
  spawnSync(process.execPath, ['-e', '0']);
  note(`bare node start in the same run: ${Math.round(performance.now() - bare)} ms`);
  const dataDir = await newDataDir();
  try {
    const cold = await startProduct(dataDir);
    await cold.stop();
    emit({
      metric: 'cold_s',
      value: cold.startedMs / 1_000,
      unit: 's',
      limit: COLD_TARGET_S,
      ratio: cold.startedMs / 1_000 / COLD_TARGET_S,
    });
    const warm: number[] = [];
    for (let i = 0; i < WARM_RUNS; i += 1) {
      const product = await startProduct(dataDir);
      warm.push(product.startedMs / 1_000);
      await product.stop();
    }
    const median = warm.toSorted((a, b) => a - b)[Math.floor(WARM_RUNS / 2)] ?? Number.NaN;
    emit({ metric: 'warm_s', value: median, unit: 's', limit: WARM_TARGET_S, ratio: median / WARM_TARGET_S });
  } finally {
    await discard(dataDir);
  }
};
