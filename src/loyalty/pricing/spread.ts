/**
 * The one place where a sum is divided over lines: by largest remainder, so that the shares always add up. Ties go to the
 * first. Nobody gets more than its cap (what a price floor leaves of a line); what a cap blocks goes to the others.
 */

/**
 * Divides `amount` in proportion to `weights` (whole numbers, zero or more; all zero: equally). With `caps`, as much of it as
 * they hold. All figures are whole and within 2^53; a negative amount gives the negative of what its opposite gives.
 */
export function spread(amount: number, weights: readonly number[], caps?: readonly number[]): number[] {
  if (amount < 0) return spread(-amount, weights, caps).map((part) => (part === 0 ? 0 : -part));
  const shares = Array.from(weights, () => 0);
  if (weights.length === 0) return shares;
  let open = weights.map((_, i) => i);
  let left = caps === undefined ? amount : Math.min(amount, sum(caps));
  for (;;) {
    const all = weightsOf(open, weights);
    const over =
      caps === undefined ? [] : open.filter((_, at) => exceeds(left, all, at, caps[open[at] ?? 0] ?? 0));
    if (over.length === 0) {
      divide(left, open, all, shares);
      return shares;
    }
    // What is full stays full in later rounds: taking it out only raises the share of the rest.
    for (const i of over) {
      shares[i] = caps?.[i] ?? 0;
      left -= shares[i];
    }
    const full = new Set(over);
    open = open.filter((i) => !full.has(i));
    if (open.length === 0) return shares;
  }
}

type Weights = { each: readonly number[]; total: number };

function weightsOf(open: readonly number[], weights: readonly number[]): Weights {
  const each = open.map((i) => weights[i] ?? 0);
  const total = sum(each);
  return total > 0 ? { each, total } : { each: each.map(() => 1), total: each.length };
}

function exceeds(left: number, { each, total }: Weights, at: number, cap: number): boolean {
  const weight = each[at] ?? 0;
  const [a, b] = [left * weight, cap * total];
  if (a <= Number.MAX_SAFE_INTEGER && b <= Number.MAX_SAFE_INTEGER) return a > b;
  return BigInt(left) * BigInt(weight) > BigInt(cap) * BigInt(total);
}

function divide(amount: number, open: readonly number[], { each, total }: Weights, shares: number[]): void {
  const rests: { i: number; rest: number }[] = [];
  let missing = amount;
  for (const [at, i] of open.entries()) {
    const { whole, rest } = proportion(amount, each[at] ?? 0, total);
    shares[i] = whole;
    missing -= whole;
    rests.push({ i, rest });
  }
  if (missing === 0) return;
  rests.sort((a, b) => b.rest - a.rest || a.i - b.i);
  for (const { i } of rests.slice(0, missing)) shares[i] = (shares[i] ?? 0) + 1;
}

function proportion(amount: number, weight: number, total: number): { whole: number; rest: number } {
  const product = amount * weight;
  if (product <= Number.MAX_SAFE_INTEGER) {
    const rest = product % total;
    return { whole: (product - rest) / total, rest };
  }
  const [n, d] = [BigInt(amount) * BigInt(weight), BigInt(total)];
  return { whole: Number(n / d), rest: Number(n % d) };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
