import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withFileLock } from '../src/core/lock.ts';
import { PARTITIONED_TABLES } from '../src/core/partitioned.ts';
import { generate, MIGRATIONS, ROOT, sqlFiles } from './migrations.ts';

/**
 * `npm run db:squash`: replaces all migrations by a single `0000_init` made from every schema.ts. Only before the
 * first release: databases made by the former migrations are refused afterwards.
 */
const CACHE = join(ROOT, 'node_modules', '.cache', 'otklik');
const LOCK_TIMEOUT_MS = 60_000;
const NAME = '0000_init.sql';

mkdirSync(CACHE, { recursive: true });
await withFileLock(join(CACHE, 'migrations.lock'), LOCK_TIMEOUT_MS, async () => {
  const fresh = join(CACHE, `squash-${process.pid}`);
  try {
    generate(fresh, 'init', false);
    const sql = readFileSync(join(fresh, NAME), 'utf8');
    if (unchanged(sql)) {
      console.log('migrations/0000_init.sql is up to date');
      return;
    }
    replace(fresh);
    console.log(`migrations/0000_init.sql: ${sql.split('CREATE TABLE').length - 1} tables`);
    for (const table of PARTITIONED_TABLES) {
      if (!sql.includes(`CREATE TABLE "${table}"`))
        console.warn(`no schema.ts declares the partitioned table ${table}`);
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
});

/** The same text again would only change drizzle-kit's time stamp and random id. */
function unchanged(sql: string): boolean {
  const [only, ...more] = sqlFiles(MIGRATIONS);
  return only === NAME && more.length === 0 && readFileSync(join(MIGRATIONS, NAME), 'utf8') === sql;
}

/** File by file, each at once, so that whoever reads the folder meanwhile finds whole files of known names. */
function replace(fresh: string): void {
  mkdirSync(join(MIGRATIONS, 'meta'), { recursive: true });
  for (const dir of ['', 'meta']) {
    const files = readdirSync(join(fresh, dir)).filter((name) => /\.(sql|json)$/.test(name));
    for (const name of files) renameSync(join(fresh, dir, name), join(MIGRATIONS, dir, name));
    for (const name of readdirSync(join(MIGRATIONS, dir))) {
      if (/\.(sql|json)$/.test(name) && !files.includes(name)) rmSync(join(MIGRATIONS, dir, name));
    }
  }
}
