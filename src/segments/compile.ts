import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { leafType } from './catalogue.ts';
import type { Rule } from './contract.rule.ts';
import type { LeafEnv, LeafSql } from './leaf.ts';
import { existedThen } from './past.ts';
import { newPlan } from './plan.ts';
import type { Plan, Restriction } from './plan.ts';
import { allLeaves, isGroup } from './tree.ts';
import type { SegmentRules } from './tree.ts';

export type CompileOptions = {
  /** The moment asked about; nothing here reads a clock. */
  now: Date;
  baseCurrency: string;
  /** The rules of the segments this one refers to, all the way down. */
  segments: SegmentRules;
  /** Only what was recorded by then counts; all that is known at present when absent. */
  knownAt?: Date | undefined;
  /** `now` or `knownAt` lies in the past: attributes and lists are read from their histories. */
  history?: boolean;
  /** Said only by who has looked: no fact lies after `now`. */
  future?: boolean;
};

export type CompiledRule = {
  /**
   * Rows (contact_id, value, valid_until) of the contacts whose value is true or changes by itself; `valid_until` is
   * 'infinity' when only a new fact can change it.
   */
  states(restriction?: Restriction): SQL;
  /** Rows (contact_id) of the members alone. `universe` is a condition on the table contact. */
  members(options?: { restriction?: Restriction; universe?: SQL }): SQL;
};

/** One rule, one text: the full build, a batch of contacts and an audience differ by a predicate only. */
export function compileRule(rule: Rule, options: CompileOptions): CompiledRule {
  return {
    states: (restriction) => states(rule, options, restriction),
    members: (where) => members(rule, options, where ?? {}),
  };
}

export type Node =
  | { kind: 'leaf'; id: number; leaf: LeafSql }
  | { kind: 'group'; id: number; type: 'all' | 'any' | 'not'; children: Node[] };

type Built = {
  roots: Node[];
  nodes: Node[];
  /** The node of every group and leaf as it stands in the rules, and in those of the segments referred to. */
  places: ReadonlyMap<Rule, Node>;
  plan: Plan;
  env: LeafEnv;
};

/** Equal leaves, and segments referred to twice, become one node, also of different rules. */
export function build(rules: readonly Rule[], options: CompileOptions): Built {
  const plan = newPlan(options.knownAt ?? null);
  const env: LeafEnv = {
    now: options.now,
    knownAt: options.knownAt ?? null,
    history: options.history ?? false,
    baseCurrency: options.baseCurrency,
    future: options.future ?? true,
    leaves: rules.flatMap((rule) => allLeaves(rule, options.segments)),
    contact: (column) => plan.contact(column),
    source: (spec) => plan.source(spec),
  };
  const nodes: Node[] = [];
  const known = new Map<string, Node>();
  const open = new Set<string>();
  const add = <T extends Node>(node: T): T => {
    nodes.push(node);
    return node;
  };
  const group = (type: 'all' | 'any' | 'not', children: Node[]): Node => {
    const [only] = children;
    return type !== 'not' && children.length === 1 && only !== undefined
      ? only
      : add({ kind: 'group', id: nodes.length, type, children });
  };
  const places = new Map<Rule, Node>();
  const visit = (node: Rule): Node => {
    const made = nodeOf(node);
    places.set(node, made);
    return made;
  };
  const nodeOf = (node: Rule): Node => {
    if (isGroup(node))
      return group(node.type, node.type === 'not' ? [visit(node.child)] : node.children.map(visit));
    const key = JSON.stringify(node);
    const found = known.get(key);
    if (found !== undefined) return found;
    const inlined = node.type === 'segment' ? options.segments.get(node.segmentId)?.rule : undefined;
    if (open.has(key)) throw new Error('a segment contains itself');
    open.add(key);
    const made =
      inlined === undefined
        ? add({ kind: 'leaf', id: nodes.length, leaf: leafType(node.type).compile(node, env) })
        : visit(inlined);
    open.delete(key);
    known.set(key, made);
    return made;
  };
  return { roots: rules.map(visit), nodes, places, plan, env };
}

/** Sources a contact without rows in which is false, and stays so. */
function needsOf(node: Node): ReadonlySet<string> {
  if (node.kind === 'leaf') return new Set(node.leaf.needs);
  if (node.type === 'not') return new Set();
  const [first = new Set<string>(), ...others] = node.children.map(needsOf);
  return node.type === 'all'
    ? others.reduce((all, one) => all.union(one), first)
    : others.reduce((all, one) => all.intersection(one), first);
}

function members(
  rule: Rule,
  options: CompileOptions,
  where: { restriction?: Restriction; universe?: SQL },
): SQL {
  const { roots, plan } = build([rule], options);
  const root = only(roots);
  const value = valueOf(root);
  const from = plan.from({ needs: needsOf(root), ...where, universe: universeOf(options, where.universe) });
  return sql`select ${from.contactId} as contact_id from ${from.from} where ${from.where} and ${value}`;
}

/** Asked of the past: of those who were there. */
function universeOf(options: CompileOptions, universe?: SQL): SQL | undefined {
  if (options.history !== true) return universe;
  const existed = existedThen(options);
  return universe === undefined ? existed : sql`${universe} and ${existed}`;
}

function valueOf(node: Node): SQL {
  if (node.kind === 'leaf') return sql`(${node.leaf.value})`;
  return combine(node.type, node.children.map(valueOf));
}

function combine(type: 'all' | 'any' | 'not', values: readonly SQL[]): SQL {
  if (type === 'not') return sql`(not ${values[0] ?? sql`true`})`;
  return sql`(${sql.join([...values], type === 'all' ? sql` and ` : sql` or `)})`;
}

const v = (node: Node): SQL => sql.raw(`v${node.id}`);
const u = (node: Node): SQL => sql.raw(`u${node.id}`);
const INFINITY = sql.raw(`'infinity'::timestamptz`);

function states(rule: Rule, options: CompileOptions, restriction: Restriction | undefined): SQL {
  const { roots, nodes, plan } = build([rule], options);
  const root = only(roots);
  const untils = untilsOf(nodes);
  const from = plan.from({ needs: needsOf(root), restriction, universe: universeOf(options) });
  const where = sql.join([from.where, ...alive(root, untils)], sql` and `);
  if (untils.size === 0) {
    return sql`select ${from.contactId} as contact_id, true as value, ${INFINITY} as valid_until
      from ${from.from} where ${where}`;
  }
  const query = layers(nodes, untils, { ...from, where });
  return sql`select contact_id, ${v(root)} as value, ${u(root)} as valid_until from (${query.sql}) r
    where ${v(root)} or ${u(root)} < ${INFINITY}`;
}

/**
 * Several rules over the same contacts in one pass, so that what they ask alike is read once: rows (segment_id, contact_id, value,
 * valid_until) as `states` gives them. For a batch of contacts: nobody is left out before the columns are worked out.
 */
export function compileTogether(
  rules: ReadonlyMap<string, Rule>,
  options: CompileOptions,
  restriction: Restriction,
): SQL {
  const { roots, nodes, plan } = build([...rules.values()], options);
  const untils = untilsOf(nodes);
  const from = plan.from({ needs: new Set(), restriction, universe: sql`true` });
  const query = layers(nodes, untils, from);
  const each = [...rules.keys()].map((segmentId, i) => {
    const root = roots[i];
    if (root === undefined) throw new Error('a rule without a root');
    const until = query.timed.has(root) ? u(root) : INFINITY;
    return sql`(${segmentId}::uuid, ${v(root)}, ${until})`;
  });
  return sql`select s.segment_id, r.contact_id, s.value, s.valid_until from (${query.sql}) r
    cross join lateral (values ${sql.join(each, sql`, `)}) s(segment_id, value, valid_until)
    where s.value or s.valid_until < ${INFINITY}`;
}

function only(roots: readonly Node[]): Node {
  const [root] = roots;
  if (root === undefined) throw new Error('a rule without a root');
  return root;
}

export function untilsOf(nodes: readonly Node[]): Map<Node, SQL> {
  return new Map(
    nodes.flatMap((node) => {
      const until = node.kind === 'leaf' ? node.leaf.until() : null;
      return until === null ? [] : [[node, until]];
    }),
  );
}

/**
 * Leaves become columns v (value) and u (valid until) of the innermost query, and each level of groups columns of a query
 * around it; OFFSET 0 keeps PostgreSQL from copying an expression to every place that names its column. `timed`: who has a u.
 */
export function layers(
  nodes: readonly Node[],
  untils: ReadonlyMap<Node, SQL>,
  from: { contactId: SQL; from: SQL; where: SQL },
  more: readonly SQL[] = [],
): { sql: SQL; timed: ReadonlySet<Node> } {
  const leaves = nodes.flatMap((node) => {
    if (node.kind === 'group') return [];
    const until = untils.get(node);
    const value = sql`${node.leaf.value} as ${v(node)}`;
    return until === undefined ? [value] : [value, sql`coalesce(${until}, ${INFINITY}) as ${u(node)}`];
  });
  let query = sql`select ${from.contactId} as contact_id, ${sql.join([...leaves, ...more], sql`, `)}
    from ${from.from} where ${from.where} offset 0`;
  const timed = new Set<Node>(untils.keys());
  const groups = nodes.filter((node) => node.kind === 'group');
  for (const level of levels(groups)) {
    const columns = level.flatMap((node) => groupColumns(node, timed));
    query = sql`select r.*, ${sql.join(columns, sql`, `)} from (${query}) r offset 0`;
  }
  return { sql: query, timed };
}

/**
 * Conditions without which the root is false for ever, so that PostgreSQL drops most contacts before it works out columns:
 * of every part of an `all`, that it is true or will change by itself. Complete when nothing changes by itself.
 */
function alive(node: Node, untils: ReadonlyMap<Node, SQL>): SQL[] {
  if (node.kind === 'leaf') {
    const until = untils.get(node);
    return [
      until === undefined ? sql`(${node.leaf.value})` : sql`(${node.leaf.value} or ${until} is not null)`,
    ];
  }
  if (node.type === 'all') return node.children.flatMap((child) => alive(child, untils));
  return isTimed(node, untils) ? [] : [valueOf(node)];
}

const isTimed = (node: Node, untils: ReadonlyMap<Node, SQL>): boolean =>
  node.kind === 'leaf' ? untils.has(node) : node.children.some((child) => isTimed(child, untils));

type Group = Extract<Node, { kind: 'group' }>;

/** Groups by height: a level names columns of lower levels only. */
function levels(groups: readonly Group[]): Group[][] {
  const heights = new Map<Node, number>();
  const height = (node: Node): number => {
    if (node.kind === 'leaf') return 0;
    const known = heights.get(node) ?? 1 + Math.max(...node.children.map(height));
    heights.set(node, known);
    return known;
  };
  const byHeight = Map.groupBy(groups, height);
  return [...byHeight.keys()].toSorted((a, b) => a - b).map((key) => byHeight.get(key) ?? []);
}

/**
 * `all`: while true it lasts until the first child changes; while false, until the last of its false children does, so that
 * a false child that never changes keeps it false for ever. `any` is the dual.
 */
function groupColumns(node: Group, timed: Set<Node>): SQL[] {
  const value = combine(node.type, node.children.map(v));
  const finite = node.children.filter((child) => timed.has(child));
  const columns = [sql`${value} as ${v(node)}`];
  if (finite.length === 0) return columns;
  timed.add(node);
  if (node.type === 'not') return [...columns, sql`${sql.join(finite.map(u))} as ${u(node)}`];
  const deciding = (child: Node): SQL => (node.type === 'all' ? sql`not ${v(child)}` : v(child));
  const lasting = node.children.filter((child) => !timed.has(child)).map(deciding);
  const first = sql.join(finite.map(u), sql`, `);
  const last = sql.join(
    finite.map((child) => sql`case when ${deciding(child)} then ${u(child)} end`),
    sql`, `,
  );
  const forever = lasting.length === 0 ? sql`` : sql`when ${sql.join(lasting, sql` or `)} then ${INFINITY} `;
  const agreed = node.type === 'all' ? value : sql`not ${value}`;
  return [
    ...columns,
    sql`case when ${agreed} then least(${first}) ${forever}else greatest(${last}) end as ${u(node)}`,
  ];
}
