import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './tests/support/longest-first.ts';

// Each file's process loads the same packages: compiled once, as for the program (scripts/run.mjs).
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules/.cache/otklik/compile');

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    globalSetup: ['tests/support/global-setup.ts'],
    // A process per file: the program keeps state of its own (pools, timers, signal handlers).
    pool: 'forks',
    // One more than the cores of a small machine: tests wait for databases, browsers and programs they have killed.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // Far beyond what any test needs on a busy machine; nothing is asserted about time.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    teardownTimeout: 20_000,
    env: { TZ: 'UTC', NODE_ENV: 'test' },
  },
});
