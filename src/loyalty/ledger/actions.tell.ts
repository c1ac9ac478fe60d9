import type { Ctx } from '../../core/ctx.ts';
import { minorToWire } from '../../core/money.ts';
import { emitAll } from '../../core/outbox.ts';
import type { Books } from './books.ts';
import type { Book, Entry } from './book.ts';

/** Which event tells of which entries; what only sets aside or shifts is told of by nobody. */
const TOPICS: Readonly<Record<string, string>> = {
  accrue: 'points.earned',
  activate: 'points.activated',
  redeem: 'points.spent',
  return: 'points.reversed',
  reduce: 'points.reversed',
  reverse: 'points.reversed',
  cancel: 'points.reversed',
  expire: 'points.expired',
  forfeit: 'points.expired',
  adjust: 'points.adjusted',
  transfer: 'points.adjusted',
};
/** Of some 300 bytes each, within the bound of an event. */
const GROUP = 40;

/** Tells of what was booked: an event for each entry, or for many at once. */
export async function tellOf(ctx: Ctx, books: Books, how: 'each' | 'grouped'): Promise<void> {
  const topics = new Map<string, object[]>();
  for (const book of books.byName.values())
    for (const entry of book.entries) {
      const topic = TOPICS[entry.kind];
      if (topic === undefined) continue;
      const list = topics.get(topic) ?? [];
      topics.set(topic, list);
      list.push(eventOf(book, entry));
    }
  await emitAll(
    ctx,
    [...topics].flatMap(([topic, events]) =>
      (how === 'each' ? events : grouped(events)).map((payload) => ({ topic, payload })),
    ),
  );
}

const grouped = (events: readonly object[]): object[] =>
  Array.from({ length: Math.ceil(events.length / GROUP) }, (_, i) => ({
    events: events.slice(i * GROUP, (i + 1) * GROUP),
  }));

/** `points` is what was earned, spent, expired …, `change` what it did to what can be spent. */
function eventOf(book: Book, entry: Entry): object {
  const { kind, key, ref, entryId, contactId, points: change } = entry;
  // By account: what came and went on at once, to what was owed or written off, counts once.
  const sums = new Map<string, bigint>();
  for (const { account, points } of entry.postings) sums.set(account, (sums.get(account) ?? 0n) + points);
  const given = [...sums.values()].reduce((sum, points) => (points > 0n ? sum + points : sum), 0n);
  return {
    contactId: entry.byContactId ?? contactId,
    programId: book.program.programId,
    entryId,
    kind,
    key,
    ref,
    points: minorToWire(given),
    change: minorToWire(change),
    occurredAt: book.now.toISOString(),
  };
}
