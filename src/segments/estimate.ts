/** What a sample says of the whole. */

/** Of a normal distribution: 95 % lie within so many standard deviations. */
const Z = 1.96;

/** A count told from a sample, and between which counts it lies with a probability of 95 % (Wilson's interval). */
export type Estimate = { count: number; low: number; high: number };

/** `found` of the `looked` contacts drawn from `base` fulfil the rule. What was seen is certain. */
export function estimate(found: number, looked: number, base: number): Estimate {
  if (looked <= 0 || base <= 0) return { count: 0, low: 0, high: Math.max(base, 0) };
  const share = found / looked;
  const z2 = Z * Z;
  const middle = (share + z2 / (2 * looked)) / (1 + z2 / looked);
  const half =
    (Z * Math.sqrt((share * (1 - share)) / looked + z2 / (4 * looked * looked))) / (1 + z2 / looked);
  const unseen = Math.max(base - looked, 0);
  const within = (count: number): number => Math.min(Math.max(count, found), found + unseen);
  return {
    count: within(Math.round(share * base)),
    low: within(Math.floor((middle - half) * base)),
    high: within(Math.ceil((middle + half) * base)),
  };
}
