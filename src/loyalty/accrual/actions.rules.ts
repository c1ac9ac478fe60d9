import { audit } from '../../core/audit.ts';
import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError, invalid, notFound } from '../../core/errors.ts';
import type { FieldIssue } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { mustFind, openProgram } from '../programs/actions.ts';
import { accrualDefinition } from './contract.ts';
import type {
  AccrualDefinition,
  RuleInput,
  RuleMove,
  RulePatch,
  RuleState,
  RuleVersions,
  RuleView,
} from './contract.ts';
import { problemsOf } from './definition.ts';
import {
  countRules,
  findRule,
  knownSegments,
  listRules,
  MAX_RULES,
  saveRule,
  versionsOf,
} from './store.rules.ts';
import type { RuleRow } from './store.rules.ts';
import { withFactorsCategoryIds } from '../offers/actions.scope.ts';

/** Accrual rules: written, launched, changed version by version, paused, ended. */

/** Throws 404 program_not_found, 409 program_archived, 422 validation_failed, too_many_rules. */
export async function createRule(ctx: Ctx, { programId, definition: said }: RuleInput): Promise<RuleView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    await openProgram(tx, programId);
    if ((await countRules(tx, programId)) >= MAX_RULES)
      throw invalid('too_many_rules', `A program has at most ${MAX_RULES} rules.`);
    const definition = await withFactorsCategoryIds(tx, said);
    await check(tx, definition);
    const now = tx.clock.now();
    const row: RuleRow = {
      ruleId: newId(),
      programId,
      state: 'draft',
      version: 1,
      launchedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    return save(tx, row, definition, 'created');
  });
}

/**
 * Changes a rule: a draft as it stands, one that was launched by a new version. What was earned stays as it was. Throws 404
 * accrual_rule_not_found; 409 rule_changed, rule_ended; 422 validation_failed, rule_type_stays.
 */
export async function changeRule(
  ctx: Ctx,
  id: string,
  { version, definition: said }: RulePatch,
): Promise<RuleView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const { row, definition: before } = await held(tx, id, version);
    if (row.state === 'ended') throw conflict('rule_ended', 'An ended rule stays as it was.');
    if (row.launchedAt !== null && before.earns.type !== said.earns.type)
      throw invalid('rule_type_stays', 'A launched rule stays of its type.', 'definition.earns.type');
    const definition = await withFactorsCategoryIds(tx, said);
    await check(tx, definition);
    const next = row.launchedAt === null ? row.version : row.version + 1;
    return save(tx, { ...row, version: next, updatedAt: tx.clock.now() }, definition, 'changed');
  });
}

const FROM: Readonly<Record<RuleMove['to'], readonly RuleState[]>> = {
  live: ['draft', 'paused'],
  paused: ['live'],
  ended: ['draft', 'live', 'paused'],
};

/** 409 rule_changed, rule_state. What happens while a rule is paused earns nothing by it, also later. */
export async function moveRule(ctx: Ctx, id: string, { version, to }: RuleMove): Promise<RuleView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const { row, definition } = await held(tx, id, version);
    if (!FROM[to].includes(row.state))
      throw conflict('rule_state', `A rule that is ${row.state} cannot become ${to}.`, 'to');
    const now = tx.clock.now();
    if (to === 'live') {
      await openProgram(tx, row.programId);
      await check(tx, definition);
    }
    const launchedAt = to === 'live' ? now : row.launchedAt;
    return save(tx, { ...row, state: to, launchedAt, updatedAt: now }, definition, to);
  });
}

export async function getRule(ctx: Ctx, id: string): Promise<RuleView> {
  authorise(ctx, 'loyalty:read');
  const found = await findRule(ctx, id);
  if (found === undefined) throw notFound('accrual_rule', id);
  return viewOf(found.row, found.definition);
}

/** In the order in which they were made. */
export async function accrualRules(ctx: Ctx, programId: string | undefined): Promise<RuleView[]> {
  authorise(ctx, 'loyalty:read');
  if (programId !== undefined) await mustFind(ctx, programId);
  return (await listRules(ctx, programId)).map(({ row, definition }) => viewOf(row, definition));
}

export async function ruleHistory(ctx: Ctx, id: string): Promise<RuleVersions> {
  await getRule(ctx, id);
  const items = (await versionsOf(ctx, id)).map((row) => ({
    version: row.version,
    definition: accrualDefinition.parse(row.definition),
    savedBy: row.savedBy,
    savedAt: row.savedAt.toISOString(),
  }));
  return { items };
}

async function held(ctx: Ctx, id: string, version: number) {
  const found = await findRule(ctx, id, true);
  if (found === undefined) throw notFound('accrual_rule', id);
  if (found.row.version !== version)
    throw conflict('rule_changed', 'Somebody has changed this rule since you opened it.', 'version');
  return found;
}

async function save(ctx: Ctx, row: RuleRow, definition: AccrualDefinition, what: string): Promise<RuleView> {
  await saveRule(ctx, row, definition);
  await audit(ctx, {
    action: `accrual_rule.${what}`,
    entity: 'accrual_rule',
    entityId: row.ruleId,
    details: { version: row.version },
  });
  return viewOf(row, definition);
}

/** 422 validation_failed with what is wrong, by its place under `at`. */
export async function check(ctx: Ctx, definition: AccrualDefinition, at = 'definition'): Promise<void> {
  const { conditions, multipliers } = definition;
  const named = [
    ...(['segments', 'notSegments'] as const).flatMap((key) =>
      conditions[key].map((id, i) => ({ id, path: `conditions.${key}.${i}` })),
    ),
    ...multipliers.flatMap(({ segments }, m) =>
      segments.map((id, i) => ({ id, path: `multipliers.${m}.segments.${i}` })),
    ),
  ];
  const known = await knownSegments(
    ctx,
    named.map(({ id }) => id),
  );
  const issues: FieldIssue[] = [
    ...problemsOf(definition, ctx.clock.now()),
    ...named
      .filter(({ id }) => !known.has(id))
      .map(({ id, path }) => ({ path, code: 'unknown_segment', message: `There is no segment "${id}".` })),
  ].map((one) => ({ ...one, path: `${at}.${one.path}` }));
  const [first] = issues;
  if (first === undefined) return;
  throw new DomainError({
    code: 'validation_failed',
    status: 422,
    detail: `${first.path}: ${first.message}`,
    at: first.path,
    issues,
  });
}

const viewOf = (row: RuleRow, definition: AccrualDefinition): RuleView => ({
  id: row.ruleId,
  programId: row.programId,
  state: row.state,
  version: row.version,
  definition,
  launchedAt: row.launchedAt?.toISOString() ?? null,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});
