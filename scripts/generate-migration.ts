import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../src/core/lock.ts';
import { generate, MIGRATIONS, ROOT } from './migrations.ts';

/**
 * `npm run db:generate -- NAME`: adds a numbered migration with the changes of the schema.ts files. drizzle-kit asks
 * when it cannot tell a renamed column from a dropped and an added one.
 */
const CACHE = join(ROOT, 'node_modules', '.cache', 'otklik');
const LOCK_TIMEOUT_MS = 10 * 60_000;

const name = process.argv[2];
if (name === undefined || !/^[a-z0-9_]+$/.test(name)) {
  console.error('Usage: npm run db:generate -- NAME   (lower-case letters, digits, underscores)');
  process.exit(2);
}
mkdirSync(CACHE, { recursive: true });
await withFileLock(join(CACHE, 'migrations.lock'), LOCK_TIMEOUT_MS, async () => {
  const added = generate(MIGRATIONS, name, true);
  console.log(added.length === 0 ? 'The migrations are up to date.' : `Added migrations/${added.join(', ')}`);
});
