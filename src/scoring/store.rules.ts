import { eq } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { scoreRuleInput } from './contract.ts';
import type { ScoreRuleInput } from './contract.ts';
import type { StoredRule } from './match.ts';
import { scoreRule } from './schema.ts';

/** Score rules as rows. */

export type RuleRow = StoredRule & { createdAt: Date };

const ruleOf = (row: typeof scoreRule.$inferSelect): RuleRow => ({
  id: row.ruleId,
  version: row.version,
  rule: scoreRuleInput.parse(row.rule),
  createdAt: row.createdAt,
});

export async function loadRules(ctx: Ctx): Promise<RuleRow[]> {
  return (await ctx.db.select().from(scoreRule).orderBy(scoreRule.createdAt, scoreRule.ruleId)).map(ruleOf);
}

/** Rules that are there already stay as they are. */
export async function insertRules(
  ctx: Ctx,
  rules: ReadonlyArray<{ id: string; rule: ScoreRuleInput }>,
): Promise<void> {
  const now = ctx.clock.now();
  await ctx.db
    .insert(scoreRule)
    .values(rules.map(({ id, rule }) => ({ ruleId: id, rule, createdAt: now, updatedAt: now })))
    .onConflictDoNothing();
}

export async function lockRule(ctx: Ctx, id: string): Promise<RuleRow | null> {
  const [row] = await ctx.db.select().from(scoreRule).where(eq(scoreRule.ruleId, id)).for('update');
  return row === undefined ? null : ruleOf(row);
}

export async function updateRule(ctx: Ctx, id: string, version: number, rule: ScoreRuleInput): Promise<void> {
  await ctx.db
    .update(scoreRule)
    .set({ rule, version, updatedAt: ctx.clock.now() })
    .where(eq(scoreRule.ruleId, id));
}
