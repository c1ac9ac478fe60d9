import { and, asc, desc, eq, inArray, lt, or, sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { DAY_MS } from '../core/time.ts';
import type { LetterKind } from './contract.ts';
import type { Trust } from './fact.ts';
import { deadLetter } from './schema.ts';

/** Dead letters: what could not become a fact or an order. */

export type DeadLetterRow = {
  id: string;
  sourceId: string;
  kind: LetterKind;
  trust: Trust;
  messageId: string | null;
  reason: string;
  raw: string;
};
export type StoredLetter = DeadLetterRow & { receivedAt: Date };

/** A letter that lies there already is not put there twice: clients repeat whole batches. */
export async function insertLetters(ctx: Ctx, letters: readonly DeadLetterRow[]): Promise<void> {
  await ctx.db.execute(sql`
    insert into ${deadLetter} (id, source_id, kind, trust, message_id, reason, raw, received_at)
    select l.id, l."sourceId", l.kind, l.trust, l."messageId", l.reason, l.raw, ${ctx.clock.now().toISOString()}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(letters)}::text::jsonb) as l(id uuid, "sourceId" uuid, kind text, trust text,
      "messageId" text, reason text, raw text)
    order by l.id
    on conflict do nothing`);
}

/** Newest first. */
export async function listLetters(
  ctx: Ctx,
  where: { sourceId: string | undefined; before: { receivedAt: Date; id: string } | null },
  limit: number,
): Promise<StoredLetter[]> {
  const { sourceId, before } = where;
  const conditions: Array<SQL | undefined> = [
    sourceId === undefined ? undefined : eq(deadLetter.sourceId, sourceId),
    before === null
      ? undefined
      : or(
          lt(deadLetter.receivedAt, before.receivedAt),
          and(eq(deadLetter.receivedAt, before.receivedAt), lt(deadLetter.id, before.id)),
        ),
  ];
  return ctx.db
    .select()
    .from(deadLetter)
    .where(and(...conditions))
    .orderBy(desc(deadLetter.receivedAt), desc(deadLetter.id))
    .limit(limit);
}

type Which = { sourceId?: string | undefined; ids?: readonly string[] | undefined };

function chosen({ sourceId, ids }: Which): SQL | undefined {
  return and(
    sourceId === undefined ? undefined : eq(deadLetter.sourceId, sourceId),
    ids === undefined ? undefined : inArray(deadLetter.id, [...ids]),
  );
}

/** Ids of the oldest of those chosen. */
export async function oldestLetters(ctx: Ctx, which: Which, limit: number): Promise<string[]> {
  const found = await ctx.db
    .select({ id: deadLetter.id })
    .from(deadLetter)
    .where(chosen(which))
    .orderBy(asc(deadLetter.receivedAt), asc(deadLetter.id))
    .limit(limit);
  return found.map(({ id }) => id);
}

/** Locked: nobody else replays it meanwhile. Undefined when it is gone, or somebody else does. */
export async function takeLetter(ctx: Ctx, id: string): Promise<StoredLetter | undefined> {
  const [found] = await ctx.db
    .select()
    .from(deadLetter)
    .where(eq(deadLetter.id, id))
    .for('update', { skipLocked: true });
  return found;
}

/** Whoever has not looked for a quarter of a year will not; a page that sends nonsense must not fill the disk. */
const KEEP_MS = 90 * DAY_MS;

/** Forgets at most `limit` letters; returns how many. */
export async function forgetLetters(ctx: Ctx, limit: number): Promise<number> {
  const before = new Date(ctx.clock.now().getTime() - KEEP_MS);
  const few = ctx.db
    .select({ id: deadLetter.id })
    .from(deadLetter)
    .where(lt(deadLetter.receivedAt, before))
    .orderBy(asc(deadLetter.receivedAt))
    .limit(limit);
  const gone = await ctx.db
    .delete(deadLetter)
    .where(inArray(deadLetter.id, few))
    .returning({ id: deadLetter.id });
  return gone.length;
}

/** Deletes those chosen, at most `limit`; returns how many. */
export async function deleteLetters(ctx: Ctx, which: Which, limit: number): Promise<number> {
  const few = ctx.db.select({ id: deadLetter.id }).from(deadLetter).where(chosen(which)).limit(limit);
  const gone = await ctx.db
    .delete(deadLetter)
    .where(inArray(deadLetter.id, few))
    .returning({ id: deadLetter.id });
  return gone.length;
}

export async function setReason(ctx: Ctx, id: string, reason: string): Promise<void> {
  await ctx.db.update(deadLetter).set({ reason }).where(eq(deadLetter.id, id));
}
