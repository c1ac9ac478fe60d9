/** One customer and one order in units of the currency, percentages of a tier or category and of a price list beside the discount. */
export type Case = { spent: number; order: number; other: number; list: number };

export type Outcome = {
  /** What counts for this order, and what it gives. */
  counts: number;
  percent: number;
  /** Of tier or category, after `max` or `sum` with the discount. */
  together: number;
  /** What the sum would have been without the cap. */
  uncapped: number;
  /** Whether the price list's price is used; under `max` the better of both alone. */
  usesList: boolean;
  usesDiscount: boolean;
  pays: number;
  /** What counts for the next order, and when this one comes back. */
  next: number;
  nextPercent: number;
  afterReturn: number;
};

/** What of the fields of a discount counts here; a field that is empty is ''. */
type Terms = {
  thresholds: readonly { fromMinor: number | ''; percent: number | '' }[];
  countCurrentOrder: boolean;
  returns: 'subtract' | 'ignore';
  precedence: { withPersonal: 'max' | 'sum'; capPercent: number | ''; withPriceList: 'add' | 'max' };
};

const CENT = 100;
const share = (percent: number): number => 1 - percent / CENT;

function stepAt(thresholds: Terms['thresholds'], amount: number): number {
  const reached = thresholds.findLast(({ fromMinor }) => fromMinor !== '' && amount >= fromMinor);
  return Number(reached?.percent ?? 0);
}

/** What the discount comes to for one order: the same rules as prices go by, in figures for people. */
export function outcomeOf(terms: Terms, { spent, order, other, list }: Case): Outcome {
  const { thresholds, countCurrentOrder, precedence } = terms;
  const counts = countCurrentOrder ? spent + order : spent;
  const percent = stepAt(thresholds, counts);
  const uncapped = percent + other;
  const cap = precedence.capPercent === '' ? CENT : precedence.capPercent;
  const together =
    precedence.withPersonal === 'sum' ? Math.min(uncapped, cap, CENT) : Math.max(percent, other);
  const adds = precedence.withPriceList === 'add';
  const listBetter = list >= together;
  const pays = adds ? order * share(list) * share(together) : order * share(listBetter ? list : together);
  const next = spent + pays;
  return {
    counts,
    percent,
    together,
    uncapped,
    usesList: list > 0 && (adds || listBetter),
    usesDiscount: together > 0 && (adds || !listBetter),
    pays: Math.round(pays * CENT) / CENT,
    next,
    nextPercent: stepAt(thresholds, next),
    afterReturn: terms.returns === 'subtract' ? spent : next,
  };
}
