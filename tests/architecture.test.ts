import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MAX_LINES, violations } from './architecture/rules.ts';

function projectTree(): Map<string, string> {
  const listed = execFileSync(
    'git',
    ['ls-files', '-co', '--exclude-standard', 'src', 'web/src', 'tests', 'bench', 'scripts'],
    {
      encoding: 'utf8',
    },
  );
  const files = listed.split('\n').filter((path) => /\.(ts|tsx|md)$/.test(path));
  return new Map(files.map((path) => [path, readFileSync(path, 'utf8')]));
}

const planted = (path: string, text: string): string[] =>
  violations(
    new Map([
      [path, text],
      ['src/contacts/README.md', ''],
      ['src/campaigns/README.md', ''],
    ]),
  );

describe('architecture', () => {
  test('modules import only to their left, through index and contract, and files stay readable', () => {
    expect(violations(projectTree())).toEqual([]);
  });

  test.each([
    [
      'against the direction',
      'src/contacts/store.ts',
      "import { x } from '../campaigns/index.ts';",
      'must not import campaigns',
    ],
    [
      'the inside of a module',
      'src/campaigns/store.ts',
      "import { x } from '../contacts/store.ts';",
      'imports the inside of contacts',
    ],
    [
      'a server import in a contract',
      'src/contacts/contract.ts',
      "import { sql } from 'drizzle-orm';",
      'browser-safe',
    ],
    [
      'a slow import',
      'src/contacts/store.ts',
      "import { sql } from 'drizzle-orm';",
      'not through src/core/sql.ts',
    ],
    ['I/O in a rule', 'src/contacts/rule.ts', "import { readFile } from 'node:fs/promises';", 'does no I/O'],
    [
      'SQL in a route',
      'src/contacts/routes.ts',
      "import { contact } from './schema.ts';",
      'a route calls verbs',
    ],
    ['the wall clock', 'src/contacts/rule.ts', 'export const now = () => Date.now();', 'wall clock'],
    ['an unknown module', 'src/misc/x.ts', "import { x } from './y.ts';", 'not a module'],
    ['a long file', 'src/contacts/store.ts', 'x\n'.repeat(MAX_LINES + 1), 'the limit is'],
    [
      'the server inside the console',
      'web/src/a.ts',
      "import { x } from '../../src/contacts/store.ts';",
      'only contracts',
    ],
  ])('a planted violation is caught: %s', (_what, path, text, expected) => {
    expect(planted(path, text).join('\n')).toContain(expected);
  });
});
