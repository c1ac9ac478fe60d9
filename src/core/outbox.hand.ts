import type { ClaimedRow } from './outbox.store.ts';

/** Events a handler gets at once: round trips stop mattering, and one transaction stays in the tens of milliseconds. */
export const BATCH = 500;
/** A batch that failed comes back in these sizes, so that one bad event ends alone and the others get through. */
const RETRY_BATCHES = [BATCH, 50, 1] as const;

/** What one transaction takes: events of one topic, in the order of their ids. */
export type Batch = { topic: string; ids: string[] };

/** Claimed events that have not begun: what cannot be worked on yet, and what a claim brought beyond the free lanes. */
export type Hand = {
  /** Events in it. */
  size(): number;
  /** Full batches they make, about. */
  batches(): number;
  add(claimed: readonly ClaimedRow[], nowMs: number): void;
  /** Takes out the next batch that may begin; `busy` are the topics being worked on. */
  next(busy: ReadonlySet<string>): Batch | undefined;
  /** Takes out what was claimed before this time, to be given back. */
  dropBefore(ms: number): string[];
};

type Held = ClaimedRow & { claimedMs: number };
type Group = { topic: string; size: number; rows: Held[] };

/**
 * Events of one topic and one batch size form a group. Groups take turns, in the order they came. A topic that is being
 * worked on gets a second lane only for a full batch: fewer events wait for the lane and for what joins them meanwhile.
 * `mostOf` tells how many things the subscribers of a topic want to be told of at once.
 */
export function openHand(mostOf: (topic: string) => number): Hand {
  const groups = new Map<string, Group>();
  const rows = (): Held[] => [...groups.values()].flatMap((group) => group.rows);
  const takeOut = (key: string, group: Group): Batch => {
    const part = group.rows.splice(0, fitting(group, mostOf(group.topic)));
    groups.delete(key);
    if (group.rows.length > 0) groups.set(key, group);
    return { topic: group.topic, ids: part.map(({ id }) => id) };
  };
  const isFull = (group: Group): boolean => {
    const count = fitting(group, mostOf(group.topic));
    return count === group.size || count < group.rows.length;
  };
  return {
    size: () => rows().length,
    batches: () => batchesIn(rows(), mostOf),
    add: (claimed, nowMs) => {
      for (const row of claimed) {
        const size = RETRY_BATCHES[row.attempts] ?? 1;
        const key = `${size} ${row.topic}`;
        const group = groups.get(key) ?? { topic: row.topic, size, rows: [] };
        groups.set(key, group);
        group.rows.push({ ...row, claimedMs: nowMs });
      }
    },
    next: (busy) => {
      const waiting = [...groups];
      const [key, group] =
        waiting.find(([, { topic }]) => !busy.has(topic)) ?? waiting.find(([, other]) => isFull(other)) ?? [];
      return key === undefined || group === undefined ? undefined : takeOut(key, group);
    },
    dropBefore: (ms) => {
      const dropped: string[] = [];
      for (const [key, group] of groups) {
        const kept = group.rows.filter(({ claimedMs }) => claimedMs >= ms);
        dropped.push(...group.rows.filter(({ claimedMs }) => claimedMs < ms).map(({ id }) => id));
        if (kept.length === 0) groups.delete(key);
        else group.rows = kept;
      }
      return dropped;
    },
  };
}

/** How many of a group's first rows one batch takes; always one, however much it tells of. */
function fitting({ rows, size }: Group, most: number): number {
  let told = 0;
  for (const [count, { things }] of rows.entries()) {
    told += things;
    if (count === size || (count > 0 && told > most)) return count;
  }
  return rows.length;
}

/** How many full batches these rows make. */
export function batchesIn(claimed: readonly ClaimedRow[], mostOf: (topic: string) => number): number {
  return claimed.reduce((sum, { topic, things }) => sum + Math.max(1 / BATCH, things / mostOf(topic)), 0);
}
