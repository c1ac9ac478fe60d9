import type {
  BuyerFacts,
  Cart,
  CartLine,
  DiscountPart,
  Miss,
  MissReason,
  PricedLine,
  PricingSettings,
  Remaining,
  StageName,
  TraceEntry,
} from './contract.ts';
import { type Exact, type Fine, fineOfMinor, quickOf, toFine } from './exact.ts';
import type { Ready } from './prepare.ts';

/** What cannot be priced: a line without any price, amounts beyond what JSON carries. `at` is a path into the cart. */
export class PricingError extends Error {
  readonly code: string;
  readonly at: string;
  constructor(code: string, at: string, detail: string) {
    super(detail);
    this.code = code;
    this.at = at;
  }
}

/** A line on its way through the stages. Shipping goes the same way, as a line of its own. */
export type Line = {
  /** Place in the canonical order: by id, whatever the order given. Ties go by it. */
  readonly place: number;
  readonly source: CartLine;
  readonly quantity: bigint;
  /** Whole units of the quantity. */
  readonly units: number;
  readonly unitPrice: string;
  readonly priceList: PricedLine['priceList'];
  /** Whole line at the shop's own price, and at the price discounts start from. */
  readonly retail: Fine;
  readonly initial: Fine;
  readonly initialMinor: number;
  /** `initial` as a quick number, or −1. */
  readonly quickInitial: number;
  readonly listMinor: number;
  /** Discounts stop here; never above the price itself. */
  readonly floorMinor: number;
  readonly costMinor: number | null;
  /** The price so far: exact, the same as a quick number (or −1), and rounded. Changed by `setPrice` alone. */
  now: Fine;
  quick: number;
  minor: number;
  /** What one unit costs at that price; worked out when the first offer asks. */
  unitNow: Fine | null;
  unitRough: number;
  /** An earlier stage has lowered it. */
  lowered: boolean;
  readonly parts: DiscountPart[];
  readonly after: Partial<Record<StageName, number>>;
  pointsWorth: number;
  points: number;
};

/** One quote while it is worked out. */
export type Run = {
  readonly cart: Cart;
  readonly buyer: BuyerFacts;
  readonly settings: PricingSettings;
  readonly remaining: Readonly<Record<string, Remaining>>;
  readonly now: Date;
  readonly digits: number;
  /** In canonical order. */
  readonly lines: readonly Line[];
  readonly shipping: Line;
  /** Offers that stand, of all stages so far. */
  readonly applied: Ready[];
  readonly segments: ReadonlySet<string>;
  readonly personCategories: ReadonlySet<string>;
  /** Codes by the offer they open. */
  readonly codes: ReadonlyMap<string, string>;
  /** How much all discounts together may still take off the goods. */
  allowance: number;
};

export function miss(
  reason: MissReason,
  unit: Miss['unit'] = 'none',
  needed: Miss['needed'] = null,
  had: Miss['had'] = null,
  missing: Miss['missing'] = null,
): Miss {
  return { reason, unit, needed, had, missing };
}

const COUNTABLE: ReadonlySet<MissReason> = new Set([
  'min_amount',
  'min_quantity',
  'min_orders',
  'min_accumulated',
]);

/** Notes what stood against an offer; near when one countable thing alone did. */
export function notApplied(entry: TraceEntry, misses: readonly Miss[], by: readonly string[] = []): void {
  entry.outcome = 'not_applied';
  entry.misses = [...misses];
  entry.by = [...by];
  entry.near = misses.length === 1 && COUNTABLE.has(misses[0]?.reason ?? 'zero_effect');
}

/** A new price; `to` null: the whole minor units themselves. */
export function setPrice(line: Line, to: Exact | null, minor: number): void {
  line.now = to === null ? fineOfMinor(minor) : toFine(to);
  line.quick = quickOf(line.now);
  line.minor = minor;
  line.unitNow = null;
}

export const totalOf = (lines: readonly Line[]): number => lines.reduce((sum, line) => sum + line.minor, 0);
export const quantityOf = (lines: readonly Line[]): bigint =>
  lines.reduce((sum, line) => sum + line.quantity, 0n);
