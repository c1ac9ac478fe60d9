import { setImmediate as nextTurn } from 'node:timers/promises';
import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { minorDigits } from '../../core/money.ts';
import type { Offer } from '../pricing/contract.ts';
import { prepare } from '../pricing/prepare.ts';
import { prepareLists } from '../pricing/price-lists.ts';
import { priceCart } from '../pricing/price.ts';
import { settingsFor } from './actions.backtest-run.ts';
import { interferenceAmong, quietly, SAMPLE_PRODUCTS } from './actions.interference.ts';
import { liveOffers } from './actions.live.ts';
import { promotionOf, segmentProblems } from './actions.promotions.ts';
import { costOf } from './backtest.ts';
import { cartOfProduct, timeless, welcomeBuyer } from './carts.ts';
import type { CheckAnswer, CheckItem, Interference, PromotionDefinition } from './contract.ts';
import { definitionProblems, isOver, offerOf } from './definition.ts';
import { holds, productScope } from './overlap.ts';
import { wasTried } from './store.backtests.ts';
import { sampleProducts, unknownNames } from './store.orders.ts';
import type { SampleProduct } from './store.orders.ts';
import { withCategoryIds } from './actions.scope.ts';

/** What somebody should know before a promotion is launched. Machine-readable: every item has a code and its figures. */

/** So many products are named; all are counted. */
const MAX_NAMED = 20;
/** A discount this deep is worth a second look, percent. */
const DEEP_PERCENT = 50;
/** Products priced between two turns of the event loop. */
const TURN = 50;
const NEW = 'draft';

type Params = CheckItem['params'];
const item = (
  level: CheckItem['level'],
  code: string,
  at: string | null,
  detail: string,
  params: Params = {},
): CheckItem => ({
  code,
  level,
  at,
  detail,
  params,
});

/** Checks a definition as it stands, whether or not it is saved; `promotionId`: in place of what that promotion says now. */
export async function checkPromotion(
  ctx: Ctx,
  input: { promotionId?: string | undefined; definition: PromotionDefinition },
): Promise<CheckAnswer> {
  authorise(ctx, 'loyalty:write');
  const saved = input.promotionId === undefined ? undefined : await promotionOf(ctx, input.promotionId);
  const tried = saved === undefined ? false : await wasTried(ctx, saved.row.promotionId, saved.row.version);
  const definition = await withCategoryIds(ctx, input.definition);
  return checked(ctx, input.promotionId ?? NEW, definition, tried);
}

/** The same for a promotion as it is saved: the list beside the launch button. */
export async function launchChecks(ctx: Ctx, id: string): Promise<CheckAnswer> {
  authorise(ctx, 'loyalty:read');
  const { definition, row } = await promotionOf(ctx, id);
  return checked(ctx, id, definition, await wasTried(ctx, id, row.version));
}

async function checked(
  ctx: Ctx,
  id: string,
  definition: PromotionDefinition,
  tried: boolean,
): Promise<CheckAnswer> {
  const now = ctx.clock.now();
  const wrong = [...definitionProblems(definition, now), ...(await segmentProblems(ctx, definition))].map(
    (one) => item('block', one.code, one.path, one.message),
  );
  if (wrong.length > 0) return { launchable: false, items: wrong, interference: NOTHING };
  const offer = offerOf(id, 1, definition, { from: now, until: now });
  const live = await liveOffers(ctx, now, definition.programId);
  const others = live.offers.filter((one) => one.id !== id);
  const products = await sampleProducts(ctx, SAMPLE_PRODUCTS);
  const interference = await interferenceAmong(ctx, [offer, ...others], definition.programId, offer);
  const items = [
    ...timeItems(definition, now),
    ...limitItems(definition),
    ...(await scopeItems(ctx, definition, products)),
    ...(await costItems(ctx, definition, offer, products)),
    ...companyItems(definition, others, interference),
    ...(tried ? [] : [item('info', 'not_backtested', null, 'It was not tried on past orders as it stands.')]),
  ];
  return { launchable: items.every(({ level }) => level !== 'block'), items, interference };
}

const NOTHING: Interference = {
  sample: 'none',
  carts: 0,
  offers: 0,
  pairs: [],
  more: false,
  deepest: null,
  belowCost: 0,
};

function timeItems(definition: PromotionDefinition, now: Date): CheckItem[] {
  const at = 'conditions.schedule';
  if (isOver(definition, now))
    return [item('block', 'schedule_over', at, 'Its time is over: it would never apply.')];
  const { schedule } = definition.conditions;
  const ends = Boolean(schedule?.until) || /UNTIL=|COUNT=/.test(schedule?.recurring?.rule ?? '');
  return ends ? [] : [item('warn', 'no_end', `${at}.until`, 'It runs until somebody ends it.')];
}

function limitItems({ limits, effect, needsCode }: PromotionDefinition): CheckItem[] {
  const all = [limits, ...limits.periods];
  const found: CheckItem[] = [];
  const budget = effect.type === 'bonus_points' ? 'points' : 'budgetMinor';
  if (effect.type !== 'gift' && all.every((cap) => cap[budget] === undefined))
    found.push(item('warn', 'no_budget', `limits.${budget}`, 'Nothing limits what it costs.'));
  if (all.every((cap) => cap.uses === undefined && cap.perContact === undefined))
    found.push(
      item(
        'info',
        'no_use_limit',
        'limits.uses',
        'Any number of orders can use it, each buyer any number of times.',
      ),
    );
  if (needsCode)
    found.push(item('info', 'needs_code', 'needsCode', 'It works only for those who show a code.'));
  return found;
}

async function scopeItems(
  ctx: Ctx,
  { scope, effect }: PromotionDefinition,
  products: readonly SampleProduct[],
): Promise<CheckItem[]> {
  const scopes = [scope, ...(effect.type === 'bundle' ? effect.items.map((one) => one.scope) : [])];
  if (effect.type === 'buy_x_get_y' && effect.getScope) scopes.push(effect.getScope);
  const named = (
    keys: readonly ('products' | 'excludedProducts' | 'categories' | 'excludedCategories')[],
  ): string[] => [...new Set(scopes.flatMap((one) => keys.flatMap((key) => one[key])))];
  const gifts = effect.type === 'gift' ? effect.products : [];
  const unknown = await unknownNames(
    ctx,
    [...named(['products', 'excludedProducts']), ...gifts],
    named(['categories', 'excludedCategories']),
  );
  const found = (['products', 'categories'] as const)
    .filter((key) => unknown[key].length > 0)
    .map((key) =>
      item('warn', `unknown_${key}`, `scope.${key}`, `Nobody has told of these ${key} yet.`, {
        count: unknown[key].length,
        names: unknown[key].slice(0, MAX_NAMED),
      }),
    );
  const digits = minorDigits(ctx.config.baseCurrency);
  const ready = productScope(scope);
  const held = products.filter((product) => holds(ready, product, digits)).length;
  if (held === 0 && products.length > 0 && products.length < SAMPLE_PRODUCTS)
    found.push(item('warn', 'no_product_in_scope', 'scope', 'No product of the catalogue is in its scope.'));
  return found;
}

/** Products that it would sell below cost, each bought alone in the number it asks for. */
async function costItems(
  ctx: Ctx,
  definition: PromotionDefinition,
  offer: Offer,
  products: readonly SampleProduct[],
): Promise<CheckItem[]> {
  const { baseCurrency } = ctx.config;
  const digits = minorDigits(baseCurrency);
  const bare = timeless(offer, false);
  const asked = {
    offers: prepare([bare]),
    lists: prepareLists([]),
    settings: await settingsFor(ctx, definition.programId),
    buyer: welcomeBuyer(bare),
    remaining: {},
    now: ctx.clock.now(),
  };
  const below: string[] = [];
  let looked = 0;
  let unknown = 0;
  const scope = productScope(offer.scope);
  for (const [i, product] of products.entries()) {
    if (i % TURN === TURN - 1) await nextTurn();
    if (!holds(scope, product, digits)) continue;
    const currency = product.currency ?? baseCurrency;
    const cart = cartOfProduct(product, bare, currency, minorDigits(currency));
    if (cart === null) continue;
    if (product.cost === null) {
      unknown += 1;
      continue;
    }
    looked += 1;
    const priced = quietly(() => priceCart({ ...asked, cart }));
    const [line] = cart.lines;
    if (
      priced !== null &&
      line !== undefined &&
      priced.totals.goodsMinor < costOf(product.cost, line.quantity, currency)
    )
      if (priced.totals.discountMinor > 0) below.push(product.externalId);
  }
  const found: CheckItem[] = [];
  if (below.length > 0)
    found.push(
      item('warn', 'below_cost', 'effect', `It sells ${below.length} of ${looked} products below cost.`, {
        count: below.length,
        looked,
        products: below.slice(0, MAX_NAMED),
      }),
    );
  if (unknown > 0)
    found.push(
      item('info', 'cost_unknown', null, `Of ${unknown} products in its scope nobody told the cost.`, {
        count: unknown,
      }),
    );
  return found;
}

function companyItems(
  { excludes }: PromotionDefinition,
  others: readonly Offer[],
  { pairs, deepest, belowCost, carts, sample }: Interference,
): CheckItem[] {
  const found: CheckItem[] = [];
  const nobody = excludes.filter((tag) => tag !== '*' && !others.some((one) => one.tags.includes(tag)));
  if (nobody.length > 0)
    found.push(
      item('info', 'excludes_nobody', 'excludes', 'No live offer has these tags.', { names: nobody }),
    );
  const company = (
    code: string,
    detail: string,
    of: (pair: Interference['pairs'][number]) => boolean,
  ): void => {
    const met = pairs.filter(of);
    if (met.length === 0) return;
    const names = met.slice(0, MAX_NAMED).map(({ b }) => b.name);
    const ids = met.slice(0, MAX_NAMED).map(({ b }) => b.id);
    found.push(item('warn', code, null, detail, { count: met.length, names, ids }));
  };
  company(
    'adds_up_with',
    'Other live offers can lower the same lines on top of it.',
    (p) => !p.excluded && !p.sameStage,
  );
  company(
    'competes_with',
    'Other live offers of its stage can want the same lines.',
    (p) => !p.excluded && p.sameStage,
  );
  if (deepest !== null && Number(deepest.percent) >= DEEP_PERCENT)
    found.push(
      item(
        'warn',
        'deep_discount',
        null,
        `Together they take ${deepest.percent} % off one of ${carts} carts.`,
        {
          percent: deepest.percent,
          names: deepest.offers.map(({ name }) => name),
        },
      ),
    );
  // Of products alone `below_cost` tells already.
  if (belowCost > 0 && sample === 'orders')
    found.push(
      item('warn', 'carts_below_cost', null, `${belowCost} of ${carts} carts would be sold below cost.`, {
        count: belowCost,
        carts,
      }),
    );
  return found;
}
