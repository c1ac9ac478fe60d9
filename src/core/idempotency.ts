import { lt, sql } from './sql.ts';
import { keyedHash, seal, unseal } from './crypto.ts';
import type { Ctx } from './ctx.ts';
import { hotRows } from './db.ts';
import { conflict, DomainError } from './errors.ts';
import { idempotencyKey } from './schema.ts';
import { addMs, HOUR_MS } from './time.ts';
import { unnested } from './unnest.ts';

/** How long a first answer is kept (spec/platform.md). */
const KEEP_MS = 72 * HOUR_MS;
export const MAX_KEY_LENGTH = 200;

/** Answers may hold what is shown only once (a new API key, an invitation's link): they are kept encrypted. */
const PURPOSE = 'idempotency/answer';
/** An input may hold a password. */
const INPUT_PURPOSE = 'idempotency/input';

export type StoredAnswer = { status: number; body: string };
/** Who may repeat a request, under which key, and what it says. */
export type KeyClaim = { credential: string; key: string; input: string };
type KeyName = Omit<KeyClaim, 'input'>;
type Row = KeyName & { inputHash: string; status: number | null; body: string | null };

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
  const [claimed = null] = await claimKeys(ctx, [{ credential, key, input }]);
  if (claimed instanceof DomainError) throw claimed;
  return claimed;
}

/** The same for several requests that share a transaction, each with a key of its own; a refused one does not stop the others. */
export async function claimKeys(
  ctx: Ctx,
  claims: readonly KeyClaim[],
): Promise<Array<StoredAnswer | DomainError | null>> {
  if (claims.length === 0) return [];
  const list = claims.map(({ credential, key, input }) => ({
    credential,
    key,
    inputHash: keyedHash(ctx.config, INPUT_PURPOSE, input),
  }));
  const names = { credential: 'text', key: 'text' } as const;
  const made = await hotRows<KeyName>(
    ctx.db,
    sql`
    insert into ${idempotencyKey} (credential, key, input_hash, created_at)
    select credential, key, "inputHash", ${ctx.clock.now().toISOString()}::timestamptz
    from ${unnested('k', list, { ...names, inputHash: 'text' })} order by credential collate "C", key collate "C"
    on conflict do nothing returning credential, key`,
  );
  const first = new Set(made.map(nameOf));
  const others = list.filter((one) => !first.has(nameOf(one)));
  if (others.length === 0) return claims.map(() => null);
  const found = await hotRows<Row>(
    ctx.db,
    sql`select i.credential, i.key, i.input_hash as "inputHash", i.status, i.body
      from ${unnested<'credential' | 'key'>('k', others, names)}
      join ${idempotencyKey} i on i.credential = k.credential and i.key = k.key`,
  );
  const rows = new Map(found.map((row) => [nameOf(row), row]));
  return list.map((one) =>
    first.has(nameOf(one)) ? null : answerIn(ctx, rows.get(nameOf(one)), one.inputHash),
  );
}

const nameOf = ({ credential, key }: KeyName): string => `${credential}\n${key}`;

function answerIn(ctx: Ctx, found: Row | undefined, inputHash: string): StoredAnswer | DomainError {
  const refused = (code: string, detail: string): DomainError => conflict(code, detail, 'Idempotency-Key');
  if (found === undefined || found.inputHash !== inputHash)
    return refused('idempotency_key_reused', 'This Idempotency-Key was used with another request.');
  if (found.status === null || found.body === null)
    return refused('idempotency_in_progress', 'The first request with this key has not finished.');
  const body = unseal(ctx.config, PURPOSE, found.body);
  if (body !== null) return { status: found.status, body };
  return refused(
    'idempotency_answer_lost',
    'This request was carried out before; its answer can no longer be read.',
  );
}

/** Keeps the answer; commits with what the request did. */
export async function saveAnswer(
  ctx: Ctx,
  credential: string,
  key: string,
  answer: StoredAnswer,
): Promise<void> {
  await saveAnswers(ctx, [{ credential, key, ...answer }]);
}

export async function saveAnswers(ctx: Ctx, answers: ReadonlyArray<KeyName & StoredAnswer>): Promise<void> {
  if (answers.length === 0) return;
  const list = answers.map((answer) => ({ ...answer, body: seal(ctx.config, PURPOSE, answer.body) }));
  const columns = { credential: 'text', key: 'text', status: 'integer', body: 'text' } as const;
  await hotRows(
    ctx.db,
    sql`update ${idempotencyKey} i set status = k.status, body = k.body from ${unnested('k', list, columns)}
      where i.credential = k.credential and i.key = k.key`,
  );
}

/** What was refused is not kept: gives keys back that this transaction has claimed. */
export async function giveBackKeys(ctx: Ctx, keys: readonly KeyName[]): Promise<void> {
  if (keys.length === 0) return;
  await hotRows(
    ctx.db,
    sql`delete from ${idempotencyKey} i using ${unnested('k', keys, { credential: 'text', key: 'text' })}
      where i.credential = k.credential and i.key = k.key`,
  );
}

/** A key whose verb claims it in the transaction it shares with other requests. The verb tells whether the answer was the first one. */
export type SharedKey = KeyClaim & { status: number; isReplayed: boolean };

const shared: Array<{ path: RegExp; status: number }> = [];

/** Writes to these paths carry their key (`ctx.sharedKey`) to a verb that keeps its promise; `status`: of what was carried out. */
export function registerSharedKeys(path: RegExp, status: number): void {
  shared.push({ path, status });
}

/** The status of what was carried out, when the path is such a one. */
export const sharedKeyStatus = (path: string): number | undefined =>
  shared.find((one) => one.path.test(path))?.status;

export async function forgetOldKeys(ctx: Ctx): Promise<void> {
  await ctx.db.delete(idempotencyKey).where(lt(idempotencyKey.createdAt, addMs(ctx.clock.now(), -KEEP_MS)));
}
