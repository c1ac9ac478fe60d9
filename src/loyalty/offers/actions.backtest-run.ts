import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ctx } from '../../core/ctx.ts';
import { categoryNames } from '../backtests/past.ts';
import type { BacktestRow } from '../backtests/table.ts';
import { workOff } from '../backtests/work.ts';
import type { Trial as Worked } from '../backtests/work.ts';
import { pricingSettings } from '../pricing/contract.ts';
import type { Offer, PricedCart, PricingSettings } from '../pricing/contract.ts';
import { prepare } from '../pricing/prepare.ts';
import { prepareLists } from '../pricing/price-lists.ts';
import { priceCart } from '../pricing/price.ts';
import { PricingError } from '../pricing/state.ts';
import { presentSettings } from '../programs/actions.present.ts';
import { pricingOf } from '../programs/pricing.ts';
import { standingFacts } from '../standing/actions.facts.ts';
import { segmentsOf } from './actions.live.ts';
import { addOrder, leftFor, newTally, resultOf } from './backtest.ts';
import type { Tally } from './backtest.ts';
import { buyerOf, cartOf, codesFor, timeless } from './carts.ts';
import type { BuyerPart } from './carts.ts';
import { backtestOptions, promotionDefinition } from './contract.ts';
import type { BacktestOptions, PromotionDefinition } from './contract.ts';
import { offerOf } from './definition.ts';
import type { Range } from './definition.ts';
import { offerSources } from './sources.ts';
import { livePromotions } from './store.ts';
import { promotionBacktest } from './schema.ts';
import { membersAmong, pastOrders } from './store.orders.ts';
import type { PastOrder } from './store.orders.ts';

/** Trying a promotion on batches of past orders. */

/** Orders read at once; with forty lines each some megabytes. */
const BATCH = 200;
/** Orders priced between two turns of the event loop: some milliseconds. */
const TURN = 20;
const NO_LISTS = prepareLists([]);

/** Works off what waits; stops between two batches when told to. */
export const runBacktests = (ctx: Ctx, signal: AbortSignal): Promise<void> =>
  workOff(ctx, promotionBacktest, (row) => begin(ctx, row), signal);

type Trial = {
  ctx: Ctx;
  promotionId: string;
  definition: PromotionDefinition;
  version: number;
  options: BacktestOptions;
  settings: PricingSettings;
  tally: Tally;
};

async function begin(ctx: Ctx, row: BacktestRow): Promise<Worked<PastOrder>> {
  const definition = promotionDefinition.parse(row.definition);
  const options = backtestOptions.parse(row.options);
  const until = new Date(options.until);
  const promotionId = row.subjectId;
  const tally = newTally({
    offerId: promotionId,
    limits: definition.limits,
    zone: ctx.config.timeZone,
    baseCurrency: ctx.config.baseCurrency,
  });
  const settings = await settingsFor(ctx, definition.programId);
  const trial: Trial = { ctx, promotionId, definition, version: row.version ?? 1, options, settings, tally };
  const { firstOrder, minOrders } = definition.conditions;
  const countEarlier = firstOrder || minOrders !== undefined || options.beside === 'live';
  return {
    from: new Date(options.from),
    until,
    read: (from, after) => pastOrders(ctx, { from, until, after, countEarlier, limit: BATCH }),
    tryAll: (batch) => tryBatch(trial, batch),
    result: async (complete) => {
      const ids = [...tally.categories.keys()].filter((id) => id !== null);
      const names = await categoryNames(ctx, ids);
      return resultOf(tally, { complete, assumptions: assumptionsOf(trial), names });
    },
  };
}

async function tryBatch(trial: Trial, batch: readonly PastOrder[]): Promise<void> {
  const { ctx, promotionId, definition, options, tally, settings } = trial;
  const range = {
    from: batch[0]?.occurredAt ?? new Date(0),
    until: new Date((batch.at(-1)?.occurredAt.getTime() ?? 0) + 1),
  };
  const whole = offerOf(promotionId, trial.version, definition, range);
  const tested = options.keepSchedule ? whole : timeless(whole, true);
  const others = options.beside === 'live' ? await othersAt(trial, range) : [];
  const prepared = { without: prepare(others), with: prepare([...others, tested]) };
  const codes = codesFor([tested]);
  const buyers = await buyersOf(ctx, [...others, tested], batch, definition.programId);
  for (const [i, order] of batch.entries()) {
    if (i % TURN === TURN - 1) await nextTurn();
    const cart = cartOf(order, codes, options.shippingMinor);
    if (cart === null) {
      tally.skipped += 1;
      continue;
    }
    const { segments = [], part = {} } = buyers.get(order.contactId) ?? {};
    const asked = {
      cart,
      buyer: buyerOf(order, segments, part),
      lists: NO_LISTS,
      settings,
      now: order.occurredAt,
    };
    const before =
      others.length === 0
        ? null
        : priced(() => priceCart({ ...asked, offers: prepared.without, remaining: {} }));
    const remaining = { [promotionId]: leftFor(tally, order) };
    const after = priced(() => priceCart({ ...asked, offers: prepared.with, remaining }));
    if (after === null || (before === null && others.length > 0)) tally.skipped += 1;
    else addOrder(tally, order, before, after);
  }
}

/** Null for an order that pricing refuses, such as one with figures beyond what JSON tells. */
function priced(price: () => PricedCart): PricedCart | null {
  try {
    return price();
  } catch (error) {
    if (error instanceof PricingError) return null;
    throw error;
  }
}

/** What is live now beside the promotion, as if it had run then. */
async function othersAt({ ctx, promotionId, definition }: Trial, range: Range): Promise<Offer[]> {
  const sourced = (await livePromotions(ctx, ctx.clock.now())).map((row) => {
    const other = promotionDefinition.parse(row.definition);
    const offer = offerOf(row.promotionId, row.version, other, range);
    return { offer, programId: other.programId ?? null };
  });
  for (const source of offerSources()) sourced.push(...(await source.load(ctx, range)));
  return sourced
    .filter(
      ({ offer, programId }) =>
        offer.id !== promotionId && (programId === null || programId === definition.programId),
    )
    .map(({ offer }) => timeless(offer, true));
}

type Known = { segments: string[]; part: BuyerPart };

/** What the offers ask of the buyers of some orders, all at once. */
export async function buyersOf(
  ctx: Ctx,
  offers: readonly Offer[],
  batch: readonly PastOrder[],
  programId: string | undefined,
): Promise<Map<string, Known>> {
  const ids = [...new Set(batch.filter((order) => !order.anonymous).map((order) => order.contactId))];
  const named = [...new Set(offers.flatMap(({ conditions: c }) => [...c.segments, ...c.notSegments]))];
  const found = new Map<string, Known>(ids.map((id) => [id, { segments: [], part: {} }]));
  if (named.length > 0)
    for (const [id, segments] of await segmentsOf(ctx, named, ids)) found.set(id, { segments, part: {} });
  const fields = fieldsAsked(offers);
  if (fields.has('member'))
    for (const id of await membersAmong(ctx, ids, programId)) {
      const known = found.get(id);
      if (known !== undefined) known.part.member = true;
    }
  if (!(['tier', 'personCategories', 'accumulated'] as const).some((field) => fields.has(field)))
    return found;
  for (const [id, { tiers, personCategories, accumulated }] of await standingFacts(
    ctx,
    ids,
    ctx.clock.now(),
  )) {
    const tier = tiers.find((one) => one.programId === programId) ?? tiers[0];
    const known = found.get(id);
    if (known !== undefined)
      Object.assign(known.part, { tier: tier?.tier?.id ?? null, personCategories, accumulated });
  }
  return found;
}

function fieldsAsked(offers: readonly Offer[]): Set<keyof BuyerPart> {
  const fields = new Set<keyof BuyerPart>();
  for (const { conditions, effect } of offers) {
    if (conditions.membersOnly) fields.add('member');
    if (conditions.tiers.length > 0) fields.add('tier');
    if (conditions.personCategories.length > 0) fields.add('personCategories');
    if (effect.type === 'accumulative') fields.add('accumulated');
  }
  return fields;
}

/** How a program prices: modes of stages, floors, rounding, what percentages are of. No points are spent. */
export async function settingsFor(ctx: Ctx, programId: string | undefined): Promise<PricingSettings> {
  const settings = await presentSettings(ctx, programId);
  return pricingSettings.parse(settings === null ? {} : pricingOf(settings));
}

function assumptionsOf({ definition, options }: Trial): string[] {
  const { conditions, effect, stage } = definition;
  const asked = fieldsAsked([offerOf('tried', 1, definition, { from: new Date(0), until: new Date(0) })]);
  return [
    'prices_as_paid',
    ...(conditions.segments.length + conditions.notSegments.length > 0 ? ['segments_as_now'] : []),
    ...(asked.size > 0 ? ['standing_as_now'] : []),
    ...(definition.needsCode ? ['every_buyer_shows_the_code'] : []),
    ...(stage === 'shipping' || effect.type === 'free_shipping' ? ['shipping_as_given'] : []),
    ...(options.beside === 'live' ? ['limits_of_others_left_out'] : []),
    ...(options.keepSchedule ? [] : ['days_left_out']),
  ];
}
