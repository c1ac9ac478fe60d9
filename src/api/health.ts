import type { Context } from 'hono';
import { isIP } from 'node:net';
import { may } from '../core/ctx.ts';
import { DomainError, messageOf } from '../core/errors.ts';
import { describe, newRouter } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { healthAnswer, readyAnswer } from './contract.ts';
import { renderMetrics } from './metrics.ts';
import { socketAddress } from './request.ts';
import { assertMigrated, pingDatabase } from './store.ts';

/** Something this process cannot work without; throws or hangs when it is away. */
export type ReadyCheck = { name: string; check: () => Promise<unknown> };

/** A probe waits a few seconds itself; what answers later is as good as away. */
const CHECK_TIMEOUT_MS = 2_000;

/** /healthz and /readyz for everybody (they tell nothing else), /metrics for this machine and keys with system:read. */
export function healthRoutes(checks: readonly ReadyCheck[]) {
  const tag = 'System';
  return newRouter()
    .get(
      '/healthz',
      describe({ tag, summary: 'The process runs', open: 'public', answer: healthAnswer }),
      (c) => c.json({ status: 'ok' as const }),
    )
    .get(
      '/readyz',
      describe({
        tag,
        summary: 'Database, migrations and queue can be used; 503 otherwise',
        open: 'public',
        answer: readyAnswer,
      }),
      async (c) => {
        const { ctx } = c.var;
        const own: ReadyCheck[] = [
          { name: 'database', check: () => pingDatabase(ctx) },
          { name: 'migrations', check: () => assertMigrated(ctx) },
        ];
        const all = [...own, ...checks];
        const results = await Promise.all(all.map((one) => passes(c, one)));
        const ready = results.every(Boolean);
        const states = all.map(({ name }, i) => [name, results[i] === true ? 'ok' : 'failed'] as const);
        return c.json({ ready, checks: Object.fromEntries(states) }, ready ? 200 : 503);
      },
    )
    .get('/metrics', describe({ tag, summary: 'Figures for Prometheus', media: 'text/plain' }), async (c) => {
      if (!isLocal(c) && !may(c.var.ctx, 'system:read')) {
        throw new DomainError({
          code: 'unauthenticated',
          status: 401,
          detail: 'From another machine this needs an API key with the scope system:read.',
        });
      }
      const { contentType, text } = await renderMetrics(c.var.ctx);
      return c.body(text, 200, { 'Content-Type': contentType });
    });
}

async function passes(c: Context<AppEnv>, { name, check }: ReadyCheck): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  });
  try {
    await Promise.race([check(), late]);
    return true;
  } catch (error) {
    c.var.ctx.log.warn({ check: name, reason: messageOf(error) }, 'not ready');
    return false;
  } finally {
    clearTimeout(timer);
  }
}

/** Straight from this machine: what a proxy on it passes on comes from elsewhere. */
function isLocal(c: Context<AppEnv>): boolean {
  if (c.req.header('x-forwarded-for') !== undefined || c.req.header('forwarded') !== undefined) return false;
  const address = socketAddress(c);
  return address === '::1' || (isIP(address) === 4 && address.startsWith('127.'));
}
