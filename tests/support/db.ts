import { inject } from 'vitest';
import { createDatabase, dropDatabase, ensureTemplate } from './server.ts';

/**
 * A database of its own for one test file: a clone of the migrated template, with pg_trgm and the partitions of the
 * present month. Call it in `beforeAll`, `drop()` in `afterAll` after closing your connections.
 */
export async function testDb(): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = inject('testServer');
  const url = await createDatabase(server, await ensureTemplate(server));
  return { url, drop: () => dropDatabase(server, url) };
}
