import type { Ctx } from '../core/ctx.ts';

/** One thing that happened with a contact. `data` is what the card shows of it, by kind; JSON values only. */
export type TimelineEntry = { id: string; kind: string; occurredAt: Date; data: Record<string, unknown> };

/** Where the page begins: entries are newest first by (occurredAt, id), both compared, so that equal instants lose nothing. */
export type TimelineCursor = { occurredAt: Date; id: string };

/**
 * A module's part of the card's timeline. `load` gives up to `limit` entries of the contact with
 * (occurredAt, id) < (before.occurredAt, before.id), newest first; ids are unique within the kind and compared as lower-case text.
 */
export type TimelineSource = {
  kind: string;
  load(
    ctx: Ctx,
    contactId: string,
    page: { before: TimelineCursor; limit: number },
  ): Promise<TimelineEntry[]>;
};

const sources = new Map<string, TimelineSource>();

/** Adds a source; a second one of the same kind replaces the first (tests register modules again and again). */
export function registerTimelineSource(source: TimelineSource): void {
  sources.set(source.kind, source);
}

export function timelineSources(kinds?: readonly string[]): TimelineSource[] {
  return [...sources.values()].filter((source) => kinds === undefined || kinds.includes(source.kind));
}

/** Later than everything: the cursor of the first page. */
export const NEWEST: TimelineCursor = {
  occurredAt: new Date('9999-12-31T00:00:00Z'),
  id: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
};

/** Newest first: by instant, then by id. */
function compareEntries(a: TimelineCursor, b: TimelineCursor): number {
  const byTime = b.occurredAt.getTime() - a.occurredAt.getTime();
  if (byTime !== 0) return byTime;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}

/** Merges pages of several sources, each newest first, to the newest `limit` entries. */
export function mergeEntries(pages: readonly TimelineEntry[][], limit: number): TimelineEntry[] {
  return pages.flat().toSorted(compareEntries).slice(0, limit);
}
