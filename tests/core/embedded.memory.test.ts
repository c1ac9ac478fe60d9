import { expect, test } from 'vitest';
import { memorySettings } from '../../src/core/embedded.init.ts';

const GIB = 1024 ** 3;

test.each([
  [0.5, '128MB', '256MB'],
  [2, '256MB', '1024MB'],
  [4, '512MB', '2048MB'],
  [16, '2048MB', '8192MB'],
  [64, '2048MB', '32768MB'],
])('a machine with %d GiB gives the database %s of cache', (gib, buffers, cache) => {
  expect(memorySettings(gib * GIB)).toEqual({ shared_buffers: buffers, effective_cache_size: cache });
});
