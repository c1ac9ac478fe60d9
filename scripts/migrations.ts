import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { PARTITIONED_TABLES } from '../src/core/partitioned.ts';

export const ROOT = join(import.meta.dirname, '..');
export const MIGRATIONS = join(ROOT, 'migrations');
const BREAKPOINT = '--> statement-breakpoint';

/** Runs drizzle-kit over src/<module>/schema.ts into `out`; gives the names of the SQL files it added. */
export function generate(out: string, name: string, interactive: boolean): string[] {
  const before = new Set(sqlFiles(out));
  const run = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules', 'drizzle-kit', 'bin.cjs'), 'generate', `--name=${name}`],
    {
      cwd: ROOT,
      env: { ...process.env, MIGRATIONS_OUT: relative(ROOT, out) },
      encoding: 'utf8',
      stdio: interactive ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    },
  );
  const added = sqlFiles(out).filter((file) => !before.has(file));
  const output = `${run.stdout ?? ''}${run.stderr ?? ''}`;
  // drizzle-kit ends with 0 also after some errors: only its own words tell that there is nothing to do.
  if (run.status !== 0 || (added.length === 0 && !interactive && !/No schema changes/i.test(output))) {
    throw new Error(`drizzle-kit generate failed:\n${output}`);
  }
  for (const file of added) {
    const path = join(out, file);
    writeFileSync(path, addPartitioning(readFileSync(path, 'utf8')));
  }
  return added;
}

/** Adds `PARTITION BY RANGE ("occurred_at")` to the CREATE TABLE of every partitioned table in the text that lacks it. */
export function addPartitioning(sql: string, tables: readonly string[] = PARTITIONED_TABLES): string {
  return sql
    .split(BREAKPOINT)
    .map((statement) => {
      const table = /^\s*CREATE TABLE "([^"]+)"/.exec(statement)?.[1];
      if (table === undefined || !tables.includes(table) || /\bPARTITION BY\b/.test(statement))
        return statement;
      return statement.replace(/\);(\s*)$/, ') PARTITION BY RANGE ("occurred_at");$1');
    })
    .join(BREAKPOINT);
}

export function sqlFiles(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir).filter((name) => name.endsWith('.sql')) : [];
}

/** Runs `fn` on a copy of the migrations in a temporary folder. */
export function onCopy<T>(fn: (dir: string) => T): T {
  const temp = mkdtempSync(join(tmpdir(), 'otklik-migrations-'));
  try {
    const dir = join(temp, 'migrations');
    if (existsSync(MIGRATIONS)) cpSync(MIGRATIONS, dir, { recursive: true });
    else mkdirSync(dir);
    return fn(dir);
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}
