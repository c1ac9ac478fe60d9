import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ctx } from '../../core/ctx.ts';
import { contactsMatching } from '../../segments/index.ts';
import { categoryNames } from '../backtests/past.ts';
import type { BacktestRow } from '../backtests/table.ts';
import { workOff } from '../backtests/work.ts';
import type { Trial as Worked } from '../backtests/work.ts';
import { mustFind } from '../programs/actions.ts';
import { programSettings } from '../programs/contract.ts';
import type { ProgramSettings } from '../programs/contract.ts';
import { readOrders } from './actions.orders.ts';
import type { Read } from './actions.orders.ts';
import { decide, segmentsIn } from './actions.settle.ts';
import type { Known } from './actions.settle.ts';
import { addSale, newTally, resultOf, rulesOf, SIDES } from './backtest.ts';
import type { EarnTally, Side } from './backtest.ts';
import { earningBacktestOptions, triedRules } from './contract.backtest.ts';
import type { EarningBacktestOptions, TriedRules } from './contract.backtest.ts';
import type { AccrualDefinition } from './contract.ts';
import { ofOrders } from './definition.ts';
import type { Rule } from './earn.ts';
import { netOf } from './sale.ts';
import { accrualBacktest } from './schema.ts';
import { pastIds } from './store.backtest.ts';
import type { PastId } from './store.backtest.ts';
import { categoriesOf, membershipsOf } from './store.facts.ts';
import type { Membership } from './store.facts.ts';
import { followingLinesOf, linesOf, salesOf } from './store.orders.ts';
import { listRules } from './store.rules.ts';

/** Trying rules on batches of past orders, by the same function that earns. */

/** Orders read at once; with forty lines each some megabytes. */
const BATCH = 200;
/** Orders reckoned between two turns of the event loop: some milliseconds. */
const TURN = 20;

/** Works off what waits; stops between two batches when told to. */
export const runEarningBacktests = (ctx: Ctx, signal: AbortSignal): Promise<void> =>
  workOff(ctx, accrualBacktest, (row) => begin(ctx, row), signal);

type Program = { programId: string; currency: string; zone: string; settings: ProgramSettings };
type Trial = {
  ctx: Ctx;
  program: Program;
  options: EarningBacktestOptions;
  tally: EarnTally;
  /** What each side has earned so far, as far as caps ask for it. */
  so: Record<Side, Pick<Known, 'past' | 'balances'>>;
};

async function begin(ctx: Ctx, row: BacktestRow): Promise<Worked<PastId>> {
  const options = earningBacktestOptions.parse(row.options);
  const asked = triedRules.parse(row.definition);
  const found = await mustFind(ctx, row.subjectId);
  const program: Program = { ...found, settings: programSettings.parse(found.settings) };
  const { inService, others } = await rulesInService(ctx, program, asked);
  const tally = newTally(
    rulesOf(inService, asked, { currency: program.currency, keepDates: options.keepDates }),
    program.zone,
  );
  const fresh = () => ({ past: new Map(), balances: new Map() });
  const trial: Trial = { ctx, program, options, tally, so: { present: fresh(), tried: fresh() } };
  const until = new Date(options.until);
  return {
    from: new Date(options.from),
    until,
    read: (from, after) => pastIds(ctx, { from, until, after, limit: BATCH }),
    tryAll: (batch) => tryBatch(trial, batch),
    result: async (complete) => {
      const ids = [...tally.categories.keys()].filter((id) => id !== null);
      return resultOf(tally, {
        complete,
        currency: program.currency,
        baseCurrency: ctx.config.baseCurrency,
        valueOf100Minor: program.settings.valueOf100Minor,
        assumptions: assumptionsOf(trial, asked, others),
        names: await categoryNames(ctx, ids),
      });
    },
  };
}

/** Live rules of orders; of a draft program they are in service from its launch. `others`: there are live rules of events or days too. */
async function rulesInService(ctx: Ctx, { programId, currency }: Program, asked: TriedRules) {
  const named = new Set(asked.changes.map(({ ruleId }) => ruleId));
  const live = (await listRules(ctx, programId)).filter(({ row }) => row.state === 'live');
  const inService = live
    .filter(({ definition }) => ofOrders(definition))
    .map(({ row, definition }): Rule => ({
      ruleId: row.ruleId,
      version: row.version,
      definition,
      currency: definition.currency ?? currency,
    }));
  return {
    inService,
    others: live.some(({ row, definition }) => !ofOrders(definition) && !named.has(row.ruleId)),
  };
}

async function tryBatch(trial: Trial, batch: readonly PastId[]): Promise<void> {
  const { ctx, tally } = trial;
  tally.orders += batch.length;
  const known = batch.filter(({ anonymous }) => !anonymous);
  tally.unknownBuyers += batch.length - known.length;
  const members = await membersOf(trial, [...new Set(known.map(({ contactId }) => contactId))]);
  const own = known.filter(({ contactId }) => members.has(contactId));
  tally.notMembers += known.length - own.length;
  if (own.length === 0) return;
  const ids = own.map(({ orderId }) => orderId);
  const [sales, lines, following] = await Promise.all([
    salesOf(ctx, ids),
    linesOf(ctx, ids),
    followingLinesOf(ctx, ids),
  ]);
  const facts = await factsOf(trial, [...members.keys()]);
  for (const [i, read] of readOrders(ctx, sales, lines, following).entries()) {
    if (i % TURN === TURN - 1) await nextTurn();
    const member = members.get(read.row.contactId);
    if (member !== undefined) tryOrder(trial, member, read, facts);
  }
}

type Facts = Pick<Known, 'segments' | 'categories'>;

/** As it still stands: what came back earns nothing. */
function tryOrder(trial: Trial, member: Membership, { row, sale, returned }: Read, facts: Facts): void {
  const { ctx, tally, so } = trial;
  const left = netOf(sale, returned);
  const earnedBy = (side: Side) =>
    decide(
      {
        member,
        source: `order:${row.orderId}`,
        what: { at: row.occurredAt, sale: left },
        rules: tally.rules[side],
        items: new Map(),
        orders: row.earlier ? 1 : 0,
        paid: sale.paid,
        promo: row.promo,
      },
      { ...facts, ...so[side] },
      ctx.clock.now(),
    ).earned;
  const past = { contactId: row.contactId, at: row.occurredAt, sale: left };
  addSale(tally, past, { present: earnedBy('present'), tried: earnedBy('tried') });
}

/** Members by contact; everybody is one when so asked, at the lowest standing. */
async function membersOf(
  { ctx, program, options }: Trial,
  contactIds: readonly string[],
): Promise<Map<string, Membership>> {
  const { programId, currency, zone, settings } = program;
  const found = new Map(
    (await membershipsOf(ctx, contactIds))
      .filter((one) => one.programId === programId)
      .map((one) => [one.contactId, one]),
  );
  if (options.who === 'everybody')
    for (const contactId of contactIds.filter((id) => !found.has(id)))
      found.set(contactId, {
        contactId,
        programId,
        currency,
        zone,
        settings,
        enrolledAt: new Date(options.from),
        tier: null,
        tierFactor: '1',
        balance: 0n,
      });
  return found;
}

async function factsOf({ ctx, tally }: Trial, contactIds: readonly string[]): Promise<Facts> {
  const asked = new Set(SIDES.flatMap((side) => tally.rules[side].flatMap(segmentsIn)));
  const segments = await contactsMatching(
    ctx,
    new Map([...asked].map((segmentId) => [segmentId, { type: 'segment' as const, segmentId }])),
    contactIds,
  );
  return { segments, categories: await categoriesOf(ctx, contactIds, ctx.clock.now()) };
}

function assumptionsOf({ tally, options }: Trial, { changes }: TriedRules, others: boolean): string[] {
  const definitions = SIDES.flatMap((side) => tally.rules[side].map(({ definition }) => definition));
  const some = (holds: (one: AccrualDefinition) => boolean): boolean => definitions.some(holds);
  const parts = (one: AccrualDefinition) => [one.conditions, ...one.multipliers];
  const dated = changes.some(({ definition }) =>
    parts(definition).some(({ schedule }) => Boolean(schedule?.from ?? schedule?.until)),
  );
  return [
    options.who === 'everybody' ? 'everybody_is_a_member' : 'members_as_now',
    'all_points_are_spent',
    'returns_taken_off',
    ...(some(
      (one) => parts(one).some((part) => part.segments.length > 0) || one.conditions.notSegments.length > 0,
    )
      ? ['segments_as_now']
      : []),
    ...(some(
      (one) =>
        one.tierFactor || parts(one).some((part) => part.tiers.length + part.personCategories.length > 0),
    )
      ? ['standing_as_now']
      : []),
    ...(some(({ caps }) => caps.periods.length > 0) ? ['caps_from_the_first_order'] : []),
    ...(some(({ caps }) => caps.balance !== undefined) ? ['balances_from_zero'] : []),
    ...(dated && !options.keepDates ? ['dates_left_out'] : []),
    ...(others ? ['rules_of_events_left_out'] : []),
    ...(tally.categories.size > 1 ? ['categories_by_money'] : []),
  ];
}
