import type { EffectOf, Miss, OrderEffects } from './contract.ts';
import { quantityMiss } from './conditions.ts';
import { quantityMilli } from './exact.ts';
import type { Ready } from './prepare.ts';
import { type Line, miss, quantityOf, type Run, totalOf } from './state.ts';

type Repeating = EffectOf<'gift'> | EffectOf<'bonus_points'>;
type Effect =
  | { kind: 'gift'; gift: OrderEffects['gifts'][number] }
  | { kind: 'points'; bonus: OrderEffects['bonusPoints'][number] }
  | { kind: 'miss'; miss: Miss };

export const isEffect = (ready: Ready): boolean =>
  ready.offer.effect.type === 'gift' || ready.offer.effect.type === 'bonus_points';

/** What an offer gives beside prices: a gift to choose, or points when the order is complete. */
export function effectOf(run: Run, ready: Ready, inScope: readonly Line[]): Effect {
  const { id, version, stage, effect } = ready.offer;
  if (effect.type !== 'gift' && effect.type !== 'bonus_points')
    return { kind: 'miss', miss: miss('zero_effect') };
  const { times, lacking } = repeats(effect, inScope);
  if (lacking !== null) return { kind: 'miss', miss: lacking };
  const head = { offerId: id, version, stage };
  if (effect.type === 'gift')
    return { kind: 'gift', gift: { ...head, products: effect.products, quantity: effect.quantity * times } };
  const desired = Math.min(effect.points * times, Number.MAX_SAFE_INTEGER);
  const points = Math.min(desired, run.remaining[id]?.points ?? desired);
  return { kind: 'points', bonus: { ...head, points, desired } };
}

/** How often: once for each full amount or number of units in scope; without either, once. */
function repeats(effect: Repeating, inScope: readonly Line[]): { times: number; lacking: Miss | null } {
  let times = effect.everyMinor === undefined && effect.everyQuantity === undefined ? 1 : effect.maxTimes;
  let lacking: Miss | null = null;
  if (effect.everyMinor !== undefined) {
    const had = totalOf(inScope);
    times = Math.min(times, Math.floor(had / effect.everyMinor));
    if (had < effect.everyMinor)
      lacking = miss('min_amount', 'minor', effect.everyMinor, had, effect.everyMinor - had);
  }
  if (effect.everyQuantity !== undefined) {
    const [had, every] = [quantityOf(inScope), quantityMilli(effect.everyQuantity)];
    const full = had / every;
    times = full < BigInt(times) ? Number(full) : times;
    if (had < every) lacking ??= quantityMiss(every, had);
  }
  return { times, lacking };
}
