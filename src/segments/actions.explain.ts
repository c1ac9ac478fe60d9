import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { rows } from '../core/db.ts';
import { notFound } from '../core/errors.ts';
import { checkReferences } from './actions.check.ts';
import { compileNodes } from './compile.explain.ts';
import type { CompiledNodes, NodeStates } from './compile.explain.ts';
import type {
  ExplainActual,
  ExplainFact,
  ExplainInput,
  ExplainNode,
  ExplainQuery,
  Explanation,
} from './contract.explain.ts';
import type { Rule } from './contract.rule.ts';
import { factOf, figureOf, isoOf } from './explain.ts';
import type { FactRow, Names } from './leaf.ts';
import { momentOf } from './past.ts';
import type { Moment } from './past.ts';
import { FACTS_SHOWN } from './plan.ts';
import { contactIsVisible, membershipOf } from './store.contact.ts';
import { findSegment, referredSegments, ruleOf } from './store.ts';
import type { SegmentRow } from './store.ts';
import { isGroup } from './tree.ts';
import type { SegmentRules } from './tree.ts';
import { words } from './words.ts';

/** Why a contact is in a segment, or why not, by the rule in service. Throws segment_not_found, contact_not_found (404). */
export async function explain(ctx: Ctx, segmentId: string, query: ExplainQuery): Promise<Explanation> {
  await authoriseFor(ctx, query.contactId);
  const found = (await findSegment(ctx, segmentId))?.segment;
  if (found === undefined) throw notFound('segment', segmentId);
  const moment = momentOf(ctx, query);
  const listed = moment.history ? null : await membershipOf(ctx, segmentId, query.contactId);
  const told =
    found.kind === 'static'
      ? await explainList(ctx, found, query.contactId, moment)
      : await explainRule(ctx, await servedRule(ctx, found), query.contactId, moment);
  return { ...told, segmentId, listed };
}

/** The same of a draft. Throws what saving the rule would throw, and contact_not_found (404). */
export async function explainDraft(ctx: Ctx, input: ExplainInput): Promise<Explanation> {
  await authoriseFor(ctx, input.contactId);
  const self = input.segmentId === undefined ? undefined : (await findSegment(ctx, input.segmentId))?.segment;
  await checkReferences(ctx, input.rule, self);
  return explainRule(ctx, input.rule, input.contactId, momentOf(ctx, input));
}

async function authoriseFor(ctx: Ctx, contactId: string): Promise<void> {
  authorise(ctx, 'segments:read');
  authorise(ctx, 'contacts:read');
  if (!(await contactIsVisible(ctx, contactId))) throw notFound('contact', contactId);
}

async function servedRule(ctx: Ctx, { segmentId, servedVersion, version }: SegmentRow): Promise<Rule> {
  const rule = await ruleOf(ctx, segmentId, servedVersion ?? version);
  if (rule === undefined) throw new Error(`segment ${segmentId} has no rule`);
  return rule;
}

/** Lists are made by people: what is told are their changes. */
async function explainList(
  ctx: Ctx,
  { segmentId, name }: SegmentRow,
  contactId: string,
  moment: Moment,
): Promise<Explanation> {
  const leaf = { type: 'segment', segmentId } as const;
  const segments: SegmentRules = new Map([[segmentId, { name, rule: undefined }]]);
  const told = await explainRule(ctx, leaf, contactId, moment, segments);
  return { ...told, root: null, facts: told.root?.facts ?? [] };
}

async function explainRule(
  ctx: Ctx,
  rule: Rule,
  contactId: string,
  moment: Moment,
  known?: SegmentRules,
): Promise<Explanation> {
  const segments = known ?? (await referredSegments(ctx, [rule]));
  const { baseCurrency } = ctx.config;
  const compiled = compileNodes(rule, { ...moment, baseCurrency, segments }, contactId);
  const [found] = await rows<{ state: NodeStates }>(ctx.db, compiled.sql);
  // Merged meanwhile: the contact the asker means lives on under another id.
  if (found === undefined) throw notFound('contact', contactId);
  const facts = await factsOf(ctx, compiled);
  const names = { segments: new Map([...segments].map(([id, { name }]) => [id, name])), baseCurrency };
  const root = treeOf(rule, 'rule', { compiled, state: found.state, facts, names, segments });
  return {
    contactId,
    segmentId: null,
    value: root.value && compiled.existed(found.state),
    validUntil: root.validUntil,
    now: moment.now.toISOString(),
    knownAt: moment.knownAt?.toISOString() ?? null,
    listed: null,
    words: root.words,
    root,
    facts: [],
  };
}

async function factsOf(ctx: Ctx, { facts }: CompiledNodes): Promise<Map<number, ExplainFact[]>> {
  if (facts === null) return new Map();
  const found = await rows<{ node: number; fact: FactRow }>(ctx.db, facts);
  const byNode = Map.groupBy(found, ({ node }) => node);
  return new Map(
    [...byNode].map(([node, group]) => [
      node,
      group
        .map(({ fact }) => factOf(fact))
        .toSorted((a, b) => b.at.localeCompare(a.at))
        .slice(0, FACTS_SHOWN),
    ]),
  );
}

type Telling = {
  compiled: CompiledNodes;
  state: NodeStates;
  facts: ReadonlyMap<number, ExplainFact[]>;
  names: Names;
  segments: SegmentRules;
};

function treeOf(node: Rule, path: string, telling: Telling): ExplainNode {
  const { compiled, state, names, segments } = telling;
  const { value, until, actual } = compiled.read(node, state);
  const base = {
    path,
    type: node.type,
    value,
    validUntil: until === null ? null : isoOf(until),
    words: { en: words(node, 'en', names), ru: words(node, 'ru', names) },
    actual: null,
    facts: [],
    segment: null,
    children: [],
  };
  if (isGroup(node)) {
    const children =
      node.type === 'not'
        ? [treeOf(node.child, `${path}.child`, telling)]
        : node.children.map((child, i) => treeOf(child, `${path}.children.${i}`, telling));
    return { ...base, children };
  }
  const referred = node.type === 'segment' ? segments.get(node.segmentId) : undefined;
  const segment =
    node.type === 'segment' && referred !== undefined ? { id: node.segmentId, name: referred.name } : null;
  if (referred?.rule !== undefined)
    return { ...base, segment, children: [treeOf(referred.rule, `${path}.rule`, telling)] };
  const figure = compiled.actualOf(node);
  const told: ExplainActual | null = figure === null ? null : figureOf(figure, actual);
  return { ...base, segment, actual: told, facts: telling.facts.get(compiled.idOf(node)) ?? [] };
}
