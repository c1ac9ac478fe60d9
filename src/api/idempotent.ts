import type { MiddlewareHandler } from 'hono';
import { inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { untilUndisturbed } from '../core/deadlock.ts';
import { invalid } from '../core/errors.ts';
import type { AppEnv } from '../core/http.ts';
import { claimKey, MAX_KEY_LENGTH, saveAnswer, sharedKeyStatus } from '../core/idempotency.ts';
import type { StoredAnswer } from '../core/idempotency.ts';
import { isStreamed } from './body.ts';
import { onward } from './onward.ts';

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

const REPLAYED = 'Idempotency-Replayed';

/** Ends the transaction of a request that was refused; the answer is in the context already. */
class Refused extends Error {}

/** Hands a mail to its provider, which no transaction may wait for. */
const TRIES = '/api/templates/try';

/**
 * Carries a write with an Idempotency-Key out once. Key, effect and answer commit in one transaction; a repeat gets the
 * first answer (marked `Idempotency-Replayed`), a repeat at the same moment waits for it, another input is a 409. What was
 * refused is not kept: it had no effect, and may pass when its cause is gone. Verbs cannot repeat what a deadlock undid inside
 * our transaction, so all of it is carried out again; those that share a transaction with other requests claim the key there.
 * Streams have their own ids, sign-in has none.
 */
export function idempotency(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const key = c.req.header('idempotency-key');
    const { method, path } = c.req;
    if (
      key === undefined ||
      !WRITES.has(method) ||
      isStreamed(path) ||
      path.startsWith('/api/auth/') ||
      path === TRIES
    ) {
      return next();
    }
    if (key.length === 0 || key.length > MAX_KEY_LENGTH) {
      throw invalid('bad_idempotency_key', `1 to ${MAX_KEY_LENGTH} characters.`, 'Idempotency-Key');
    }
    const input = `${method} ${path}${new URL(c.req.url).search}\n${await c.req.text()}`;
    const outer = c.var.ctx;
    const credential = credentialOf(outer, path);
    const status = sharedKeyStatus(path);
    if (status !== undefined) {
      const sharedKey = { credential, key, input, status, isReplayed: false };
      c.set('ctx', { ...outer, sharedKey });
      await next();
      if (sharedKey.isReplayed) c.res.headers.set(REPLAYED, 'true');
      return undefined;
    }
    const handle = onward(c);
    try {
      const replay = await untilUndisturbed(() =>
        inTx(outer, async (tx) => {
          const first = await claimKey(tx, credential, key, input);
          if (first !== null) return first;
          c.set('ctx', tx);
          await handle();
          if (c.res.status >= 400) throw new Refused();
          await saveAnswer(tx, credential, key, { status: c.res.status, body: await c.res.clone().text() });
          return null;
        }),
      );
      return replay === null ? undefined : replayed(replay);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return undefined;
    } finally {
      c.set('ctx', outer);
    }
  };
}

/** Who may repeat it. Whoever has no credential is told apart by the path, which then holds a secret token. */
function credentialOf(ctx: Ctx, path: string): string {
  return ctx.actor.kind === 'public' ? `public:${path}` : `${ctx.actor.kind}:${ctx.actor.id}`;
}

function replayed(answer: StoredAnswer): Response {
  const headers = { [REPLAYED]: 'true' };
  if (answer.body === '') return new Response(null, { status: answer.status, headers });
  return new Response(answer.body, {
    status: answer.status,
    headers: { ...headers, 'Content-Type': 'application/json' },
  });
}
