import type { Miss } from './contract.ts';
import { quantityMilli, quantityWords } from './exact.ts';
import type { Ready } from './prepare.ts';
import { scheduleMiss } from './schedule.ts';
import { type Line, miss, quantityOf, type Run, totalOf } from './state.ts';

/** What is against an offer before any line is looked at: buyer, time, channel, code, limits. */
export function fixedMisses(run: Run, ready: Ready): Miss[] {
  const { offer } = ready;
  if (offer.needsCode && !run.codes.has(offer.id)) return [miss('code_missing')];
  const found: Miss[] = [];
  if (offer.currency !== undefined && offer.currency !== run.cart.currency)
    found.push(miss('other_currency', 'names', offer.currency, run.cart.currency));
  found.push(...scheduleMiss(ready, run.now), ...buyerMisses(run, ready), ...limitMisses(run, ready));
  return found;
}

function buyerMisses(run: Run, { offer: { conditions } }: Ready): Miss[] {
  const { buyer, cart } = run;
  const found: Miss[] = [];
  const lacks = (needed: readonly string[], has: (name: string) => boolean): boolean =>
    needed.length > 0 && !needed.some(has);
  if (lacks(conditions.channels, (name) => name === cart.channel))
    found.push(miss('channel', 'names', conditions.channels, cart.channel ?? null));
  if (lacks(conditions.segments, (name) => run.segments.has(name)))
    found.push(miss('segment', 'names', conditions.segments));
  const unwanted = conditions.notSegments.filter((name) => run.segments.has(name));
  if (unwanted.length > 0) found.push(miss('not_segment', 'names', null, unwanted));
  if (lacks(conditions.tiers, (name) => name === buyer.tier))
    found.push(miss('tier', 'names', conditions.tiers, buyer.tier ?? null));
  if (lacks(conditions.personCategories, (name) => run.personCategories.has(name)))
    found.push(miss('person_category', 'names', conditions.personCategories));
  if (conditions.membersOnly && !buyer.member) found.push(miss('members_only'));
  if (conditions.firstOrder && buyer.orders > 0) found.push(miss('first_order', 'orders', 0, buyer.orders));
  const { minOrders } = conditions;
  if (minOrders !== undefined && buyer.orders < minOrders)
    found.push(miss('min_orders', 'orders', minOrders, buyer.orders, minOrders - buyer.orders));
  return found;
}

function limitMisses(run: Run, { offer }: Ready): Miss[] {
  const left = run.remaining[offer.id];
  if (left === undefined) return [];
  const found: Miss[] = [];
  if (left.uses === 0) found.push(miss('uses_exhausted'));
  if (left.contactNeeded === true) found.push(miss('contact_needed'));
  if (left.buyerUses === 0) found.push(miss('buyer_uses_exhausted'));
  if (left.budgetMinor === 0 || (left.points === 0 && offer.effect.type === 'bonus_points'))
    found.push(miss('budget_exhausted'));
  return found;
}

/** What the goods themselves lack, at the amounts of this moment of the stage. */
export function amountMisses(run: Run, { offer }: Ready, inScope: readonly Line[]): Miss[] {
  const { minAmount, maxAmountMinor, minQuantity } = offer.conditions;
  const found: Miss[] = [];
  if (minAmount !== undefined) {
    const had = totalOf(minAmount.of === 'order' ? run.lines : inScope);
    const least = minAmount.exclusive ? minAmount.amountMinor + 1 : minAmount.amountMinor;
    if (had < least) found.push(miss('min_amount', 'minor', minAmount.amountMinor, had, least - had));
  }
  if (maxAmountMinor !== undefined) {
    const had = totalOf(run.lines);
    if (had > maxAmountMinor) found.push(miss('max_amount', 'minor', maxAmountMinor, had));
  }
  if (minQuantity !== undefined) {
    const had = quantityOf(minQuantity.of === 'order' ? run.lines : inScope);
    const needed = quantityMilli(minQuantity.quantity);
    if (had < needed) found.push(quantityMiss(needed, had));
  }
  return found;
}

export const quantityMiss = (needed: bigint, had: bigint): Miss =>
  miss('min_quantity', 'quantity', quantityWords(needed), quantityWords(had), quantityWords(needed - had));

/** Whether two offers may not stand together: symmetric, whichever of them says so. */
export function excludeEachOther(a: Ready, b: Ready): boolean {
  if (a === b) return false;
  return shuts(a, b) || shuts(b, a);
}

function shuts(a: Ready, b: Ready): boolean {
  if (a.excludes.size === 0) return false;
  return a.excludes.has('*') || !a.excludes.isDisjointFrom(b.tags);
}
