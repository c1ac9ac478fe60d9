import { z } from 'zod';
import { requiredText } from '../core/text.ts';
import { attributeLeaf } from './contract.attribute.ts';
import type { AttributeLeaf } from './contract.attribute.ts';
import { behaviourLeaf } from './contract.behaviour.ts';
import type { BehaviourLeaf } from './contract.behaviour.ts';
import { consentLeaf } from './contract.consent.ts';
import type { ConsentLeaf } from './contract.consent.ts';
import { eventLeaf } from './contract.event.ts';
import type { EventLeaf } from './contract.event.ts';
import { purchaseLeaf } from './contract.purchase.ts';
import type { PurchaseLeaf } from './contract.purchase.ts';
import { wantedLeaf } from './contract.wanted.ts';
import type { WantedLeaf } from './contract.wanted.ts';
import { rfmLeaf } from './rfm/contract.ts';
import type { RfmLeaf } from './rfm/contract.ts';

/** Groups within groups. People stop following a rule at four; zod's and PostgreSQL's stacks are far from here. */
export const MAX_DEPTH = 10;
/** Groups and leaves of one rule: every leaf is a column of the compiled query, which must stay plannable. */
export const MAX_NODES = 200;

/**
 * A rule over contacts. `all` and `any` hold one child or more, `not` holds one; leaves say something of a contact.
 * Modules further along add leaf types of their own (`addLeafSchema`); those carry a `type` this union does not name.
 */
export type Rule = Group | Leaf;
export type Group =
  | { type: 'all'; children: Rule[] }
  | { type: 'any'; children: Rule[] }
  | { type: 'not'; child: Rule };
export type Leaf =
  | AttributeLeaf
  | PurchaseLeaf
  | BehaviourLeaf
  | EventLeaf
  | WantedLeaf
  | ConsentLeaf
  | RfmLeaf
  | SegmentLeaf;

/** Is in another segment, by that segment's rule at the same moment; static segments by their list. */
export const segmentLeaf = z.strictObject({ type: z.literal('segment'), segmentId: z.uuid() });
export type SegmentLeaf = z.output<typeof segmentLeaf>;

/** A schema that has `type` as its discriminator. */
export type LeafSchema<T extends { type: string } = { type: string }> = z.ZodType<T> &
  z.core.$ZodTypeDiscriminable;

const leafSchemas: LeafSchema[] = [];
let inUse = false;

/** Adds a leaf type of another module; at composition, before the first rule is read. Repeating it is harmless. */
export function addLeafSchema(schema: LeafSchema): void {
  if (leafSchemas.includes(schema)) return;
  if (inUse) throw new Error('leaf types are added before the first rule is read');
  leafSchemas.push(schema);
}

const children = z.array(z.lazy(() => tree)).min(1);

const groups = [
  z.strictObject({ type: z.literal('all'), children }),
  z.strictObject({ type: z.literal('any'), children }),
  z.strictObject({ type: z.literal('not'), child: z.lazy(() => tree) }),
] as const;

const leaves = [
  attributeLeaf,
  purchaseLeaf,
  behaviourLeaf,
  eventLeaf,
  wantedLeaf,
  consentLeaf,
  rfmLeaf,
  segmentLeaf,
] as const;

/** The tree without its bounds: recursion makes it unsafe for input that was not measured first. */
const tree: z.ZodType<Rule> = z
  .lazy(() => {
    inUse = true;
    const options = [...groups, ...leaves, ...leafSchemas] as const;
    return z.discriminatedUnion('type', options as unknown as typeof groups, {
      error: (issue) => (issue.code === 'invalid_union' ? unknownType(issue.input) : undefined),
    });
  })
  .meta({ id: 'SegmentRule' });

function unknownType(input: unknown): string {
  const type = typeof input === 'object' && input !== null && 'type' in input ? input.type : undefined;
  const known = ['all', 'any', 'not', ...[...leaves, ...leafSchemas].flatMap(typesOf)];
  const what = typeof type === 'string' ? `"${type.slice(0, 40)}"` : 'this';
  return `${what} is no type of rule; there are ${known.join(', ')}`;
}

function typesOf(schema: LeafSchema): string[] {
  return [...(schema._zod.propValues?.['type'] ?? [])].map(String);
}

/** The one schema of a rule: measured, then parsed. Issues carry the path of the wrong node. */
export const ruleSchema = z.preprocess((value, ctx) => {
  const excess = measure(value);
  if (excess !== undefined) ctx.issues.push({ code: 'custom', input: undefined, continue: false, ...excess });
  return value;
}, tree);

/** Walks groups in the order they are written, without recursion; gives the first node that is too deep or one too many. */
function measure(rule: unknown): { path: PropertyKey[]; message: string } | undefined {
  const waiting: { node: unknown; path: PropertyKey[] }[] = [{ node: rule, path: [] }];
  for (let seen = 1; waiting.length > 0; seen++) {
    const { node, path } = waiting.pop() ?? { node: undefined, path: [] };
    if (seen > MAX_NODES) return { path, message: `a rule has at most ${MAX_NODES} nodes` };
    const below = childrenOf(node);
    if (below.length > 0 && depthOf(path) >= MAX_DEPTH)
      return { path, message: `groups nest at most ${MAX_DEPTH} deep` };
    if (below.length > MAX_NODES)
      return { path: [...path, 'children'], message: `a rule has at most ${MAX_NODES} nodes` };
    for (const [key, child] of below.toReversed()) waiting.push({ node: child, path: [...path, ...key] });
  }
  return undefined;
}

/** Every level adds `children` with an index, or `child`. */
const depthOf = (path: readonly PropertyKey[]): number =>
  path.filter((part) => part === 'children' || part === 'child').length;

function childrenOf(node: unknown): [PropertyKey[], unknown][] {
  if (typeof node !== 'object' || node === null) return [];
  const many = 'children' in node && Array.isArray(node.children) ? node.children : [];
  const one: [PropertyKey[], unknown][] = 'child' in node ? [[['child'], node.child]] : [];
  return [...one, ...many.map((child, i): [PropertyKey[], unknown] => [['children', i], child])];
}

export const segmentName = requiredText(120);
