import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { invalid, notFound } from '../core/errors.ts';
import { idFrom, newId } from '../core/ids.ts';
import { emit } from '../core/outbox.ts';
import { checkRule } from '../segments/index.ts';
import { fitRule } from './contract.ts';
import type { ScoreRuleInput, ScoreRuleView } from './contract.ts';
import { DEFAULT_RULES } from './defaults.ts';
import { reviewAll } from './store.leads.ts';
import { asksForLead } from './leaf.ts';
import * as store from './store.rules.ts';
import type { RuleRow } from './store.rules.ts';

/** The rules that give points. */

/** Installs the default rules once; rules somebody changed or switched off stay as they are. */
export async function installDefaultRules(ctx: Ctx): Promise<void> {
  await store.insertRules(
    ctx,
    DEFAULT_RULES.map((rule) => ({ id: idFrom(`default score rule: ${rule.name}`), rule })),
  );
}

export async function listRules(ctx: Ctx): Promise<ScoreRuleView[]> {
  authorise(ctx, 'leads:read');
  return (await store.loadRules(ctx)).map(ruleView);
}

/** Throws 422 for a condition that is no rule of the segment language. */
export async function createRule(ctx: Ctx, input: ScoreRuleInput): Promise<ScoreRuleView> {
  authorise(ctx, 'segments:write');
  const rule = checked(input);
  const id = newId();
  return inTx(ctx, async (tx) => {
    await store.insertRules(tx, [{ id, rule }]);
    await audit(tx, { action: 'score_rule.created', entity: 'score_rule', entityId: id, details: { rule } });
    await reviewFits(tx, rule);
    return { id, version: 1, createdAt: tx.clock.now().toISOString(), rule };
  });
}

/** What people did keeps the points it was given; who they are is looked at again by the rule as it is now. */
export async function changeRule(
  ctx: Ctx,
  id: string,
  patch: { name?: string | undefined; points?: number | undefined; enabled?: boolean | undefined },
): Promise<ScoreRuleView> {
  authorise(ctx, 'segments:write');
  return inTx(ctx, async (tx) => {
    const found = await store.lockRule(tx, id);
    if (found === null) throw notFound('score_rule', id);
    const given = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
    const changed = { ...found, version: found.version + 1, rule: { ...found.rule, ...given } };
    await store.updateRule(tx, id, changed.version, changed.rule);
    await audit(tx, { action: 'score_rule.changed', entity: 'score_rule', entityId: id, details: given });
    await reviewFits(tx, changed.rule);
    return ruleView(changed);
  });
}

async function reviewFits(tx: Ctx, rule: ScoreRuleInput): Promise<void> {
  if (rule.kind !== 'fit') return;
  await reviewAll(tx);
  await emit(tx, 'job.scoring.review', [{}]);
}

function checked(input: ScoreRuleInput): ScoreRuleInput {
  if (input.kind !== 'fit') return input;
  const condition = checkRule(input.condition);
  if (asksForLead(condition))
    throw invalid(
      'rule_about_itself',
      'A score cannot depend on the score, grade or fit of the lead.',
      'condition',
    );
  return fitRule.parse({ ...input, condition });
}

function ruleView({ id, version, createdAt, rule }: RuleRow): ScoreRuleView {
  return { id, version, createdAt: createdAt.toISOString(), rule };
}
