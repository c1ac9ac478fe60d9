/** What came in one minute. */
type HealthMinute = { minute: string; accepted: number; duplicate: number; rejected: number };

const HOUR_MS = 3_600_000;

export type Bucket = { from: number; accepted: number; duplicate: number; rejected: number };

/** Minutes gathered into equal stretches up to the one that runs now; a stretch without events is there too, with zeros. */
export function bucketsOf(
  minutes: readonly HealthMinute[],
  hours: number,
  size: number,
  nowMs: number,
): Bucket[] {
  const width = (hours * HOUR_MS) / size;
  // On the clock: bars begin at whole minutes, half hours or hours, and so do the marks under them.
  const start = Math.ceil(nowMs / width) * width - hours * HOUR_MS;
  const buckets = Array.from({ length: size }, (_, index) => ({
    from: start + index * width,
    accepted: 0,
    duplicate: 0,
    rejected: 0,
  }));
  for (const { minute, accepted, duplicate, rejected } of minutes) {
    const bucket = buckets[Math.min(size - 1, Math.floor((new Date(minute).getTime() - start) / width))];
    if (bucket === undefined) continue;
    bucket.accepted += accepted;
    bucket.duplicate += duplicate;
    bucket.rejected += rejected;
  }
  return buckets;
}

/** The share of what came that was set aside; null while nothing came. */
export function rejectedShare(of: {
  events24h: number;
  duplicates24h: number;
  rejected24h: number;
}): number | null {
  const all = of.events24h + of.duplicates24h + of.rejected24h;
  return all === 0 ? null : of.rejected24h / all;
}
