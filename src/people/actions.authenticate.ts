import { systemCtx } from '../core/ctx.ts';
import type { Actor, Ctx } from '../core/ctx.ts';
import type { Clock } from '../core/clock.ts';
import type { Config } from '../core/config.ts';
import type { Db } from '../core/db.ts';
import { DomainError } from '../core/errors.ts';
import { sha256 } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import { keyFromHeader, looksLikeKey, prefixOf, sameHash } from './apikey.ts';
import { createConsoleAuth } from './store.auth.ts';
import type { ConsoleAuth } from './store.auth.ts';
import { findKeyByPrefix, touchKey } from './store.keys.ts';
import type { KeyRow } from './store.keys.ts';

/** How long a checked key is taken at its word: a revoked one may work for this long in another process. */
const TRUST_KEY_MS = 5_000;
/** More keys than this at once means that somebody makes them up; the oldest are checked anew. */
const MAX_TRUSTED = 1_000;

type Authenticated = { actor: Actor; sessionId: string | null; setCookies: readonly string[] };

export type Authenticator = {
  console: ConsoleAuth;
  /**
   * Who sends these headers; null without a credential of ours. Throws 401 for a wrong, expired or revoked API key.
   * Session cookies count only with `cookies`.
   */
  authenticate(headers: Headers, options: { cookies: boolean }): Promise<Authenticated | null>;
};

type Trusted = { row: KeyRow; until: number };
const trusted = new Map<string, Trusted>();

/** Forgets what this process knows of keys: one was revoked here. */
export function forgetKeys(): void {
  trusted.clear();
}

export function createAuthenticator(base: {
  config: Config;
  db: Db;
  log: Logger;
  clock?: Clock;
}): Authenticator {
  const console = createConsoleAuth(base);
  return {
    console,
    authenticate: async (headers, { cookies }) => {
      const key = keyFromHeader(headers.get('authorization') ?? undefined);
      if (key !== null)
        return {
          actor: await keyActor(systemCtx(base, 'keys'), key),
          sessionId: null,
          setCookies: [],
        };
      // Reading a session is two queries: not for requests that carry none.
      if (!cookies || headers.get('cookie')?.includes('otklik.session_token') !== true) return null;
      return console.signedIn(headers);
    },
  };
}

async function keyActor(ctx: Ctx, key: string): Promise<Actor> {
  const now = ctx.clock.now();
  const hash = sha256(key);
  const known = trusted.get(hash);
  const row = known !== undefined && known.until > now.getTime() ? known.row : await checkKey(ctx, key);
  if (row === undefined || row.revokedAt !== null || (row.expiresAt !== null && row.expiresAt <= now)) {
    trusted.delete(hash);
    throw new DomainError({
      code: 'bad_api_key',
      status: 401,
      detail: 'This API key is unknown, revoked or expired.',
    });
  }
  if (row !== known?.row) {
    if (trusted.size >= MAX_TRUSTED) trusted.clear();
    trusted.set(hash, { row, until: now.getTime() + TRUST_KEY_MS });
    await touchKey(ctx, row.id);
  }
  return { kind: 'apiKey', id: row.id, name: row.name, scopes: row.scopes };
}

async function checkKey(ctx: Ctx, key: string): Promise<KeyRow | undefined> {
  if (!looksLikeKey(key)) return undefined;
  const row = await findKeyByPrefix(ctx, prefixOf(key));
  return row !== undefined && sameHash(key, row.hash) ? row : undefined;
}
