import type { LineScope, Offer, OfferStage, TraceEntry } from './contract.ts';
import { decimalToScaled, minorDigits } from '../../core/money.ts';
import { gainOf } from './gain.ts';
import { type Windows, windowsOf } from './schedule.ts';
import type { Line } from './state.ts';

/** A scope made quick to ask. `open`: no product, category or tag is named. */
export type ReadyScope = {
  readonly open: boolean;
  readonly names: ReadonlySet<string>;
  readonly excluded: ReadonlySet<string>;
  readonly minUnit: number | null;
  readonly maxUnit: number | null;
  readonly fullPriceOnly: boolean;
};

/** An offer made quick to ask; made once, used by many quotes. */
export type Ready = {
  readonly offer: Offer;
  readonly scope: ReadyScope;
  readonly getScope: ReadyScope | null;
  readonly itemScopes: readonly ReadyScope[];
  readonly tags: ReadonlySet<string>;
  readonly excludes: ReadonlySet<string>;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Occurrences of a calendar rule, in order; null: it has none. */
  readonly windows: Windows;
  readonly gives: TraceEntry['gives'];
};

type StageIndex = {
  /** By priority and id: the order of the trace. */
  readonly all: readonly Ready[];
  readonly open: readonly Ready[];
  readonly byName: ReadonlyMap<string, readonly Ready[]>;
};
export type PreparedOffers = {
  readonly stages: ReadonlyMap<OfferStage, StageIndex>;
  readonly byId: ReadonlyMap<string, Ready>;
};

const product = (id: string): string => `p:${id}`;
const category = (id: string): string => `c:${id}`;
const tag = (name: string): string => `t:${name}`;

/** Indexes offers for many quotes. Of two with the same id the later version counts. */
export function prepare(offers: readonly Offer[]): PreparedOffers {
  const latest = new Map<string, Offer>();
  for (const offer of offers) {
    const known = latest.get(offer.id);
    if (known === undefined || known.version < offer.version) latest.set(offer.id, offer);
  }
  const ready = [...latest.values()].map(readyOf).toSorted(byPriority);
  const stages = new Map<OfferStage, StageIndex>();
  for (const [stage, all] of Map.groupBy(ready, (r) => r.offer.stage)) stages.set(stage, indexOf(all));
  return { stages, byId: new Map(ready.map((r) => [r.offer.id, r])) };
}

function byPriority(a: Ready, b: Ready): number {
  return b.offer.priority - a.offer.priority || compareIds(a.offer.id, b.offer.id);
}

export const compareIds = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function indexOf(all: readonly Ready[]): StageIndex {
  const byName = new Map<string, Ready[]>();
  for (const ready of all) {
    for (const name of ready.scope.names) {
      const known = byName.get(name);
      if (known === undefined) byName.set(name, [ready]);
      else known.push(ready);
    }
  }
  return { all, open: all.filter((r) => r.scope.open), byName };
}

function readyOf(offer: Offer): Ready {
  const { effect } = offer;
  const schedule = offer.conditions.schedule;
  return {
    offer,
    scope: readyScope(offer.scope),
    getScope: effect.type === 'buy_x_get_y' && effect.getScope ? readyScope(effect.getScope) : null,
    itemScopes: effect.type === 'bundle' ? effect.items.map((item) => readyScope(item.scope)) : [],
    tags: new Set(offer.tags),
    excludes: new Set(offer.excludes),
    fromMs: schedule?.from ? Date.parse(schedule.from) : Number.NEGATIVE_INFINITY,
    untilMs: schedule?.until ? Date.parse(schedule.until) : Number.POSITIVE_INFINITY,
    windows: windowsOf(schedule),
    gives: gainOf(offer),
  };
}

function readyScope(scope: LineScope): ReadyScope {
  const names = [...scope.products.map(product), ...scope.categories.map(category), ...scope.tags.map(tag)];
  const excluded = [
    ...scope.excludedProducts.map(product),
    ...scope.excludedCategories.map(category),
    ...scope.excludedTags.map(tag),
  ];
  return {
    open: names.length === 0,
    names: new Set(names),
    excluded: new Set(excluded),
    minUnit: scope.minUnitPriceMinor ?? null,
    maxUnit: scope.maxUnitPriceMinor ?? null,
    fullPriceOnly: scope.fullPriceOnly,
  };
}

/** Everything a scope may name a line by. */
export function namesOf(line: Line): string[] {
  const { productId, externalId, categoryPath, tags } = line.source;
  const names = [product(externalId), ...categoryPath.map(category), ...tags.map(tag)];
  if (productId !== undefined && productId !== externalId) names.push(product(productId));
  return names;
}

/** Whether a scope holds a line, apart from what it names. */
function allows(scope: ReadyScope, line: Line, names: readonly string[], currency: string): boolean {
  if (scope.fullPriceOnly && line.lowered) return false;
  if (scope.excluded.size > 0 && names.some((name) => scope.excluded.has(name))) return false;
  if (scope.minUnit === null && scope.maxUnit === null) return true;
  const unit = decimalToScaled(line.unitPrice, 6);
  const minor = 10n ** BigInt(6 - minorDigits(currency));
  if (scope.minUnit !== null && unit < BigInt(scope.minUnit) * minor) return false;
  return scope.maxUnit === null || unit <= BigInt(scope.maxUnit) * minor;
}

/** The lines of a scope, noDiscounts left out. */
export function linesIn(scope: ReadyScope, lines: readonly Line[], currency: string): Line[] {
  return lines.filter((line) => {
    if (line.source.noDiscounts) return false;
    const names = namesOf(line);
    return (
      (scope.open || names.some((name) => scope.names.has(name))) && allows(scope, line, names, currency)
    );
  });
}

/** The offers of a stage with their lines: only those that some line can concern. */
export function matchLines(
  index: StageIndex,
  lines: readonly Line[],
  currency: string,
): Map<Ready, readonly Line[]> {
  const found = new Map<Ready, Line[]>();
  const usable = lines.filter((line) => !line.source.noDiscounts);
  const named = usable.map(namesOf);
  for (const ready of index.open) {
    if (isFree(ready.scope)) found.set(ready, usable);
    else {
      const inside = usable.filter((line, i) => allows(ready.scope, line, named[i] ?? [], currency));
      found.set(ready, inside);
    }
  }
  for (const [i, line] of usable.entries()) {
    const names = named[i] ?? [];
    for (const name of names) {
      for (const ready of index.byName.get(name) ?? []) {
        const inside = found.get(ready);
        // Lines come one after the other: a line already in is the last one.
        if (inside?.at(-1) === line || !allows(ready.scope, line, names, currency)) continue;
        if (inside === undefined) found.set(ready, [line]);
        else inside.push(line);
      }
    }
  }
  return found;
}

const isFree = (scope: ReadyScope): boolean =>
  scope.excluded.size === 0 && scope.minUnit === null && scope.maxUnit === null && !scope.fullPriceOnly;
