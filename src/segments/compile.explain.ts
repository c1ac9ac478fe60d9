import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { leafType } from './catalogue.ts';
import { build, layers, untilsOf } from './compile.ts';
import type { CompileOptions, Node } from './compile.ts';
import type { Leaf, Rule } from './contract.rule.ts';
import type { Actual } from './leaf.ts';
import { existedThen } from './past.ts';

const f = (node: Node): SQL => sql.raw(`f${node.id}`);

/** What is asked of one contact: a row of one jsonb object `state` that the readers of every node take their part from. */
export type CompiledNodes = {
  sql: SQL;
  /** The contact was in the base at the moment asked about. */
  existed(state: NodeStates): boolean;
  /** Of a group or leaf as it stands in the rule, or in that of a segment referred to. */
  read(node: Rule, state: NodeStates): { value: boolean; until: string | null; actual: unknown };
  /** What the figure of a leaf is; null when it compares none, or is a segment compiled in place. */
  actualOf(leaf: Leaf): Actual | null;
  /** Rows (node, fact) of the facts behind all leaves; null when no leaf has any. */
  facts: SQL | null;
  /** The number of a leaf's node in the rows of `facts`. */
  idOf(leaf: Leaf): number;
};
export type NodeStates = Readonly<Record<string, unknown>>;

/** The same text for one contact, with every node's value apart. */
export function compileNodes(rule: Rule, options: CompileOptions, contactId: string): CompiledNodes {
  const { nodes, places, plan, env } = build([rule], options);
  const untils = untilsOf(nodes);
  const actuals = new Map(
    nodes.flatMap((node) => {
      const actual = node.kind === 'leaf' ? node.leaf.actual?.() : undefined;
      return actual === undefined ? [] : [[node, actual] as const];
    }),
  );
  const from = plan.from({
    needs: new Set(),
    restriction: { contactIds: [contactId] },
    universe: sql`true`,
  });
  const figures = [...actuals].map(([node, { sql: figure }]) => sql`to_jsonb(${figure}) as ${f(node)}`);
  const existed = options.history === true ? existedThen(options) : sql`true`;
  const query = layers(nodes, untils, from, [...figures, sql`${existed} as existed`]);
  const nodeOf = (place: Rule): Node => {
    const node = places.get(place);
    if (node === undefined) throw new Error('the rule has no such node');
    return node;
  };
  const facts = [...places].flatMap(([place, node]) => {
    if (node.kind === 'group' || (place.type === 'segment' && isInlined(place, options))) return [];
    const asked = leafType(place.type).facts?.(place, env, contactId) ?? null;
    return asked === null
      ? []
      : [[node.id, sql`select ${node.id}::int as node, to_jsonb(q) as fact from (${asked}) q`] as const];
  });
  const distinct = [...new Map(facts).values()];
  return {
    sql: sql`select to_jsonb(r) as state from (${query.sql}) r`,
    existed: (state) => state['existed'] === true,
    read: (place, state) => {
      const { id } = nodeOf(place);
      const until = state[`u${id}`];
      return {
        value: state[`v${id}`] === true,
        until: typeof until === 'string' && until !== 'infinity' ? until : null,
        actual: state[`f${id}`] ?? null,
      };
    },
    actualOf: (leaf) => actuals.get(nodeOf(leaf)) ?? null,
    facts: distinct.length === 0 ? null : sql.join(distinct, sql` union all `),
    idOf: (leaf) => nodeOf(leaf).id,
  };
}

const isInlined = (leaf: Leaf, options: CompileOptions): boolean =>
  leaf.type === 'segment' && options.segments.get(leaf.segmentId)?.rule !== undefined;
