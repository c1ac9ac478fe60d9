import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addPartitioning, generate, MIGRATIONS, onCopy, sqlFiles } from '../../scripts/migrations.ts';
import { PARTITIONED_TABLES } from '../../src/core/partitioned.ts';

const RUN = join(import.meta.dirname, '..', '..', 'scripts', 'run.mjs');
const FACT = 'CREATE TABLE "event" (\n\t"id" uuid,\n\tCONSTRAINT "pk" PRIMARY KEY("id","occurred_at")\n);';
const OTHER = 'CREATE TABLE "event_seen" (\n\t"id" uuid\n);';

describe('the migration scripts', () => {
  test('partition the tables of the list and no other', () => {
    const sql = [FACT, OTHER, 'CREATE INDEX "i" ON "event" USING btree ("id");'].join(
      '\n--> statement-breakpoint\n',
    );
    expect(addPartitioning(sql, ['event'])).toBe(
      sql.replace('"occurred_at")\n);', '"occurred_at")\n) PARTITION BY RANGE ("occurred_at");'),
    );
  });

  test('add the clause once, however often they run', () => {
    const once = addPartitioning(FACT + '\n', ['event']);
    expect(addPartitioning(once, ['event'])).toBe(once);
  });

  test('generate every partitioned table with its clause from the schemas of the modules', () => {
    onCopy((dir) => {
      const fresh = join(dir, '..', 'fresh');
      const [file = ''] = generate(fresh, 'init', false);
      const sql = readFileSync(join(fresh, file), 'utf8');
      expect(sql.match(/PARTITION BY RANGE \("occurred_at"\)/g)).toHaveLength(PARTITIONED_TABLES.length);
      // Once more finds nothing to do.
      expect(generate(fresh, 'again', false)).toEqual([]);
    });
  });

  test('the migrations in the repository carry the clause of every partitioned table', () => {
    const sql = sqlFiles(MIGRATIONS)
      .map((file) => readFileSync(join(MIGRATIONS, file), 'utf8'))
      .join('\n');
    expect(addPartitioning(sql)).toBe(sql);
  });
});

describe('the runner', () => {
  test('runs a program in UTC with its arguments, its output and its exit code', () => {
    const program = join(import.meta.dirname, '..', 'support', 'echo-program.child.ts');
    const run = spawnSync(process.execPath, [RUN, program, 'a', 'b c'], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'Europe/Moscow' },
    });
    expect(JSON.parse(run.stdout)).toEqual({ tz: 'UTC', args: ['a', 'b c'] });
    expect(run.status).toBe(7);
  });
});
