import { authorise, inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import { minorDigits } from '../../core/money.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { accrualRules } from '../accrual/actions.rules.ts';
import { challenges } from '../accrual/actions.challenges.ts';
import { latestEarningBacktest } from '../accrual/actions.backtest.ts';
import { referralTermsOf } from '../accrual/actions.referral.ts';
import { percentOf } from '../accrual/backtest.ts';
import type { RuleView } from '../accrual/contract.ts';
import type { Rule } from '../accrual/earn.ts';
import { beginProgram, getProgram } from '../programs/actions.ts';
import type { ProgramView } from '../programs/contract.ts';
import { ladders } from '../standing/actions.ladders.ts';
import type { LadderView } from '../standing/contract.ts';
import { checksOf } from './checks.ts';
import type { GiveBack, ProgramChecks } from './contract.ts';
import { giveBackOf } from './giveBack.ts';
import type { BestTier, Usual } from './giveBack.ts';
import { birthdaysKnown, returnDaysOf, shopOf } from './store.ts';

/** What should be known of a program, and its launch. */

const SHOP_DAYS = 90;
const RETURNS_DAYS = 365;
/** Fewer returns say nothing; most laws and shops give two weeks. */
const FEW_RETURNS = 20;
const USUAL_RETURN_DAYS = 14;
/** An order of a shop without orders, in units of its currency. */
const EXAMPLE_ORDER = 100;

/** 404 program_not_found. */
export async function programChecksOf(ctx: Ctx, id: string): Promise<ProgramChecks> {
  authorise(ctx, 'loyalty:read');
  const program = await getProgram(ctx, id);
  const rules = await accrualRules(ctx, id);
  const ladder = (await ladders(ctx, id)).find(({ state }) => state === 'active');
  const backtest = await latestEarningBacktest(ctx, id);
  const giveBack = await giveBackIn(ctx, program, rules, ladder);
  const items = checksOf({
    settings: program.settings,
    currency: program.currency,
    baseCurrency: ctx.config.baseCurrency,
    rules,
    challenges: (await challenges(ctx, id))
      .filter(({ state }) => state === 'live')
      .map(({ name, counts }) => ({ name, event: counts.kind === 'event' ? counts.event : null })),
    referral: await referralTermsOf(ctx, id),
    tiers: ladder?.tiers.length ?? 0,
    giveBack,
    returns: await returnsOf(ctx),
    birthdays: rules.some(({ definition }) => definition.earns.type === 'birthday')
      ? await birthdaysKnown(ctx)
      : null,
    backtestIsOld: backtest === null ? null : rules.some(({ updatedAt }) => updatedAt > backtest.createdAt),
    now: ctx.clock.now(),
  });
  return { launchable: items.every(({ level }) => level !== 'block'), items, giveBack, backtest };
}

/**
 * Takes a draft into force: members may join, points are earned. 409 `program_not_ready` with what is missing among its issues,
 * `program_changed`, `program_launched`.
 */
export async function launchProgram(ctx: Ctx, id: string, version: number): Promise<ProgramView> {
  authorise(ctx, 'loyalty:write');
  return inTx(ctx, async (tx) => {
    const program = await beginProgram(tx, id, version);
    const { items } = await programChecksOf(tx, id);
    const issues = items
      .filter(({ level }) => level === 'block')
      .map(({ at, code, detail }) => ({ path: at, code, message: detail }));
    if (issues.length > 0)
      throw new DomainError({
        code: 'program_not_ready',
        status: 409,
        detail: issues.map(({ message }) => message).join(' '),
        issues,
      });
    return program;
  });
}

async function returnsOf(ctx: Ctx): Promise<{ days: number; basis: 'orders' | 'usual' }> {
  const { returns, days } = await returnDaysOf(ctx, addMs(ctx.clock.now(), -RETURNS_DAYS * DAY_MS));
  return returns < FEW_RETURNS || days === null
    ? { days: USUAL_RETURN_DAYS, basis: 'usual' }
    : { days, basis: 'orders' };
}

async function giveBackIn(
  ctx: Ctx,
  { currency, settings }: ProgramView,
  rules: readonly RuleView[],
  ladder: LadderView | undefined,
): Promise<GiveBack> {
  const now = ctx.clock.now();
  const { baseCurrency } = ctx.config;
  const shop = await shopOf(ctx, addMs(now, -SHOP_DAYS * DAY_MS), now);
  const usual: Usual =
    shop.medianMinor !== null && currency === baseCurrency
      ? { orderMinor: shop.medianMinor, basis: 'orders' }
      : { orderMinor: EXAMPLE_ORDER * 10 ** minorDigits(currency), basis: 'example' };
  const live = rules
    .filter(({ state }) => state === 'live')
    .map(({ id, version, definition }): Rule => ({
      ruleId: id,
      version,
      definition,
      currency: definition.currency ?? currency,
    }));
  const { valueOf100Minor } = settings;
  const best = bestTier(ladder);
  const cents = (units: number): number => Math.round(units * 100);
  const known = shop.costKnown ?? 0;
  return {
    ...giveBackOf({ rules: live, usual, currency, baseCurrency, valueOf100Minor, best, now }),
    marginPercent: known > 0 ? marginOf(cents(shop.margin ?? 0), cents(known)) : null,
    costKnownPercent: shop.revenue === null ? null : percentOf(cents(known), cents(shop.revenue)),
  };
}

/** Below zero too: a shop may sell at a loss. */
const marginOf = (margin: number, of: number): string =>
  margin < 0 ? `-${percentOf(-margin, of) ?? '0.00'}` : (percentOf(margin, of) ?? '0.00');

function bestTier(ladder: LadderView | undefined): BestTier | null {
  const [best] = (ladder?.tiers ?? []).toSorted(
    (a, b) => Number(b.benefits.multiplier) - Number(a.benefits.multiplier) || b.threshold - a.threshold,
  );
  return best === undefined ? null : { id: best.id, name: best.name, factor: best.benefits.multiplier };
}
