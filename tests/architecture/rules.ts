import { posix } from 'node:path';

/** The source tree as path → text, so that the rules can also be tried on planted violations. */
export type Tree = ReadonlyMap<string, string>;

export const MAX_LINES = 400;

/** Each module and the modules it may import: everything to its left on its chain (DESIGN: direction). */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  core: [],
  people: ['core'],
  contacts: ['core', 'people'],
  orders: ['core', 'people', 'contacts'],
  tracking: ['core', 'people', 'contacts', 'orders'],
  segments: ['core', 'people', 'contacts', 'orders', 'tracking'],
  loyalty: ['core', 'people', 'contacts', 'orders', 'tracking', 'segments'],
  campaigns: ['core', 'people', 'contacts', 'orders', 'tracking', 'segments', 'loyalty'],
  scoring: ['core', 'people', 'contacts', 'orders', 'tracking', 'segments', 'loyalty', 'campaigns'],
  deals: ['core', 'people', 'contacts', 'orders'],
  'sales-plans': ['core', 'people', 'contacts', 'orders', 'deals'],
  api: ['core', 'people'],
  /** Uses the product over HTTP, as its users do. */
  demo: ['core'],
};

/** Files a module may have at its top; anything else there is a pure rule and must do no I/O. */
const SHELL = /^(index|contract|schema|store|actions|routes|jobs)(\.[a-z0-9-]+)?\.ts$/;

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|(?:^|\n)\s*import\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map((m) => m[1] ?? m[2] ?? m[3] ?? '');
}

const moduleOf = (path: string): string | undefined => /^src\/([^/]+)\//.exec(path)?.[1];

/** All violations, each a line "path: what". */
export function violations(tree: Tree): string[] {
  const found: string[] = [];
  for (const [path, text] of tree) {
    found.push(...tooLong(path, text));
    if (path.startsWith('src/'))
      found.push(
        ...directions(path, text),
        ...shape(path, text),
        ...wallClock(path, text),
        ...slowImports(path, text),
      );
    if (path.startsWith('web/src/')) found.push(...webBorder(path, text));
  }
  found.push(...missingReadmes(tree));
  return found;
}

function tooLong(path: string, text: string): string[] {
  const lines = text.split('\n').length - 1;
  return lines > MAX_LINES ? [`${path}: ${lines} lines, the limit is ${MAX_LINES}`] : [];
}

function directions(path: string, text: string): string[] {
  const from = moduleOf(path);
  if (from === undefined) return [];
  const allowed = ALLOWED[from];
  if (allowed === undefined) return [`${path}: "${from}" is not a module of this project`];
  return importsOf(text).flatMap((target) => {
    if (!target.startsWith('.')) return [];
    const resolved = posix.normalize(posix.join(posix.dirname(path), target));
    const to = moduleOf(resolved);
    if (to === from) return [];
    if (to === undefined && from === 'demo' && resolved === 'src/roles.ts') return [];
    if (to === undefined) return [`${path}: imports ${resolved}, which belongs to no module`];
    if (!allowed.includes(to)) return [`${path}: ${from} must not import ${to}`];
    if (to !== 'core' && !/^src\/[^/]+\/(index|contract)\.ts$/.test(resolved)) {
      return [
        `${path}: imports the inside of ${to} (${resolved}); only its index.ts and contract.ts are public`,
      ];
    }
    return [];
  });
}

/** Tables are touched by store, schema and index files alone; contracts are safe for the browser. */
function shape(path: string, text: string): string[] {
  const name = posix.basename(path);
  const module = moduleOf(path);
  if (module === undefined || ['core', 'api', 'demo'].includes(module)) return [];
  const imports = importsOf(text);
  if (/^contract(\.[a-z-]+)?\.ts$/.test(name)) {
    const wrong = imports.filter(
      (i) =>
        i !== 'zod' && !/contract(\.[a-z-]+)?\.ts$/.test(i) && !/core\/(rights|text|time|wire)\.ts$/.test(i),
    );
    return wrong.map((i) => `${path}: a contract is browser-safe and must not import ${i}`);
  }
  if (/^(routes)(\.[a-z-]+)?\.ts$/.test(name)) {
    const wrong = imports.filter(
      (i) => /(^|\/)schema(\.[a-z-]+)?\.ts$/.test(i) || /drizzle-orm|core\/(sql|pg-core)\.ts$/.test(i),
    );
    return wrong.map((i) => `${path}: a route calls verbs and must not import ${i}`);
  }
  if (posix.dirname(path) === `src/${module}` && !SHELL.test(name)) {
    const wrong = imports.filter(
      (i) => /^node:(fs|net|http|child_process)/.test(i) || /(^|\/)(store|actions)(\.[a-z-]+)?\.ts$/.test(i),
    );
    return wrong.map((i) => `${path}: a pure rule does no I/O and must not import ${i}`);
  }
  return [];
}

/** Node reads drizzle's long package.json anew for every import that names it: src/core/sql.ts. */
function slowImports(path: string, text: string): string[] {
  if (/^src\/core\/(sql|pg-core)\.ts$/.test(path)) return [];
  return importsOf(text)
    .filter((i) => i === 'drizzle-orm' || i === 'drizzle-orm/pg-core')
    .map(
      (i) =>
        `${path}: imports ${i} itself and not through src/core/${i === 'drizzle-orm' ? 'sql' : 'pg-core'}.ts`,
    );
}

/** Browser code has no ctx: its clock is the page's. */
const OWN_CLOCK = /^src\/(core|tracking\/snippet\/browser)\//;

function wallClock(path: string, text: string): string[] {
  if (OWN_CLOCK.test(path)) return [];
  return /Date\.now\(\)|new Date\(\)/.test(text)
    ? [`${path}: reads the wall clock; use ctx.clock or a parameter`]
    : [];
}

/** The console shares contracts with the server and nothing else. */
function webBorder(path: string, text: string): string[] {
  return importsOf(text)
    .filter((i) => /(^|\/)src\/[^/]+\//.test(i) && i.startsWith('.') && i.includes('../../src/'))
    .filter((i) => !/\/contract(\.[a-z-]+)?\.ts$|core\/(rights|text|time|wire)\.ts$/.test(i))
    .map((i) => `${path}: the console imports only contracts, not ${i}`);
}

function missingReadmes(tree: Tree): string[] {
  const modules = new Set([...tree.keys()].map(moduleOf).filter((m) => m !== undefined));
  return [...modules].filter((m) => !tree.has(`src/${m}/README.md`)).map((m) => `src/${m}: has no README.md`);
}
