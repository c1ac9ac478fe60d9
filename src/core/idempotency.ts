import { and, eq, lt } from 'drizzle-orm';
import { keyedHash, seal, unseal } from './crypto.ts';
import type { Ctx } from './ctx.ts';
import { conflict } from './errors.ts';
import { idempotencyKey } from './schema.ts';
import { addMs, HOUR_MS } from './time.ts';

/** How long a first answer is kept (spec/platform.md). */
const KEEP_MS = 72 * HOUR_MS;
export const MAX_KEY_LENGTH = 200;

/** Answers may hold what is shown only once (a new API key, an invitation's link): they are kept encrypted. */
const PURPOSE = 'idempotency/answer';
/** An input may hold a password. */
const INPUT_PURPOSE = 'idempotency/input';

export type StoredAnswer = { status: number; body: string };

/**
 * Claims the key inside the caller's transaction. Null means the caller is first and must `saveAnswer` before the commit;
 * otherwise the first answer. A second caller waits on the row until the first commits. Another input under the same key is a 409.
 */
export async function claimKey(
  ctx: Ctx,
  credential: string,
  key: string,
  input: string,
): Promise<StoredAnswer | null> {
  const inputHash = keyedHash(ctx.config, INPUT_PURPOSE, input);
  const inserted = await ctx.db
    .insert(idempotencyKey)
    .values({ credential, key, inputHash, createdAt: ctx.clock.now() })
    .onConflictDoNothing()
    .returning({ key: idempotencyKey.key });
  if (inserted.length > 0) return null;
  const [found] = await ctx.db
    .select()
    .from(idempotencyKey)
    .where(and(eq(idempotencyKey.credential, credential), eq(idempotencyKey.key, key)));
  if (found === undefined || found.inputHash !== inputHash) {
    throw conflict(
      'idempotency_key_reused',
      'This Idempotency-Key was used with another request.',
      'Idempotency-Key',
    );
  }
  if (found.status === null || found.body === null) {
    throw conflict(
      'idempotency_in_progress',
      'The first request with this key has not finished.',
      'Idempotency-Key',
    );
  }
  const body = unseal(ctx.config, PURPOSE, found.body);
  if (body === null) {
    throw conflict(
      'idempotency_answer_lost',
      'This request was carried out before; its answer can no longer be read.',
      'Idempotency-Key',
    );
  }
  return { status: found.status, body };
}

/** Keeps the answer; commits with what the request did. */
export async function saveAnswer(
  ctx: Ctx,
  credential: string,
  key: string,
  answer: StoredAnswer,
): Promise<void> {
  await ctx.db
    .update(idempotencyKey)
    .set({ status: answer.status, body: seal(ctx.config, PURPOSE, answer.body) })
    .where(and(eq(idempotencyKey.credential, credential), eq(idempotencyKey.key, key)));
}

export async function forgetOldKeys(ctx: Ctx): Promise<void> {
  await ctx.db.delete(idempotencyKey).where(lt(idempotencyKey.createdAt, addMs(ctx.clock.now(), -KEEP_MS)));
}
