/** How often something may be tried: token buckets in the bounded memory of one process. Pure: the moment is a parameter. */
export type Rate = { burst: number; perSecond: number };

/** Some megabytes. */
const MAX_BUCKETS = 20_000;

type Bucket = { left: number; atMs: number; rate: Rate };
export type Buckets = Map<string, Bucket>;

/** Takes one from the bucket; 0 when it had one, otherwise the seconds until it has. */
export function takeFrom(buckets: Buckets, key: string, rate: Rate, nowMs: number): number {
  const found = buckets.get(key) ?? { left: rate.burst, atMs: nowMs, rate };
  const left = refilled(found, nowMs);
  const passes = left >= 1;
  if (!buckets.has(key) && buckets.size >= MAX_BUCKETS) forgetFull(buckets, nowMs);
  buckets.set(key, { left: passes ? left - 1 : left, atMs: nowMs, rate });
  return passes ? 0 : Math.max(1, Math.ceil((1 - left) / rate.perSecond));
}

/** Takes one try back that turned out to be fine. */
export function giveBack(buckets: Buckets, key: string): void {
  const found = buckets.get(key);
  if (found !== undefined) found.left = Math.min(found.rate.burst, found.left + 1);
}

const refilled = ({ left, atMs, rate }: Bucket, nowMs: number): number =>
  Math.min(rate.burst, left + (Math.max(0, nowMs - atMs) / 1_000) * rate.perSecond);

/** What has refilled is forgotten without loss; when nothing has, beginning anew is better than growing without end. */
function forgetFull(buckets: Buckets, nowMs: number): void {
  for (const [key, bucket] of buckets) if (refilled(bucket, nowMs) >= bucket.rate.burst) buckets.delete(key);
  if (buckets.size >= MAX_BUCKETS) buckets.clear();
}
