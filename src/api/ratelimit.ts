import type { Context, MiddlewareHandler, Next } from 'hono';
import { monotonicMs } from '../core/clock.ts';
import { DomainError } from '../core/errors.ts';
import type { AppEnv } from '../core/http.ts';

/** A token bucket: `burst` requests at once, refilled by `perSecond`. */
type Limit = { name: string; burst: number; perSecond: number };

/** Wrong passwords: a person mistypes a few times, a program tries thousands. By address. */
const SIGN_IN: Limit = { name: 'sign-in', burst: 20, perSecond: 20 / 60 };
/** The same for one account from many addresses; refills fast enough that nobody is kept out for long. */
const ACCOUNT: Limit = { name: 'account', burst: 10, perSecond: 10 / 60 };
/** Invitation links: one person opens and accepts one. By address, which an office shares. */
const INVITATION: Limit = { name: 'invitation', burst: 60, perSecond: 1 };
/** Links and pixels of mails: mail providers fetch for many people from one address. A wrong token costs 100. */
const LINK: Limit = { name: 'link', burst: 5_000, perSecond: 500 };
const WRONG_LINK_COST = 100;
/** Members' pages: a family, a shop's tablet. A wrong link costs 30, so that none is found by trying. */
const WALLET: Limit = { name: 'wallet', burst: 600, perSecond: 5 };
const WRONG_WALLET_COST = 30;
/** Pages of forms, and what their visitors send; a form counts the latter once more by itself. */
const FORM: Limit = { name: 'form', burst: 400, perSecond: 40 };
/** Events from browsers, many of which may stand behind one address, and from servers. */
const INGEST: Limit = { name: 'ingest', burst: 20_000, perSecond: 10_000 };
/** A server with a key: as much as one machine can do; the bound only stops a runaway loop from starving people. */
const API_KEY: Limit = { name: 'key', burst: 10_000, perSecond: 5_000 };
/** A person at the console; one screen asks a dozen questions. */
const SESSION: Limit = { name: 'session', burst: 600, perSecond: 100 };
/** Everybody who has not said who they are, and wrong credentials. */
const ANONYMOUS: Limit = { name: 'anonymous', burst: 200, perSecond: 20 };

/** Buckets kept; when full, those that have refilled are dropped, which loses nothing. */
const MAX_BUCKETS = 50_000;

type Bucket = { tokens: number; atMs: number; limit: Limit };
export type Limiter = {
  take(limit: Limit, who: string, cost?: number): void;
  /** Takes one request back that turned out to be fine. */
  giveBack(limit: Limit, who: string): void;
};

/**
 * Counts in the memory of this process: with several processes behind a balancer each allows the whole rate.
 * `take` throws 429 `rate_limited` with the seconds until a request would pass.
 */
export function createLimiter(nowMs: () => number = monotonicMs): Limiter {
  const buckets = new Map<string, Bucket>();
  return {
    take: (limit, who, cost = 1) => {
      const key = `${limit.name}:${who}`;
      const now = nowMs();
      const bucket = buckets.get(key) ?? { tokens: limit.burst, atMs: now, limit };
      refill(bucket, now);
      if (bucket.tokens < cost && cost === 1) throw tooMany(bucket);
      bucket.tokens -= cost;
      if (!buckets.has(key)) {
        if (buckets.size >= MAX_BUCKETS) forgetFull(buckets, now);
        buckets.set(key, bucket);
      }
    },
    giveBack: (limit, who) => {
      const bucket = buckets.get(`${limit.name}:${who}`);
      if (bucket !== undefined) bucket.tokens = Math.min(limit.burst, bucket.tokens + 1);
    },
  };
}

function refill(bucket: Bucket, now: number): void {
  const gained = ((now - bucket.atMs) / 1_000) * bucket.limit.perSecond;
  bucket.tokens = Math.min(bucket.limit.burst, bucket.tokens + gained);
  bucket.atMs = now;
}

function forgetFull(buckets: Map<string, Bucket>, now: number): void {
  for (const [key, bucket] of buckets) {
    refill(bucket, now);
    if (bucket.tokens >= bucket.limit.burst) buckets.delete(key);
  }
  // Still full: an attack from very many addresses. Beginning anew is better than growing without end.
  if (buckets.size >= MAX_BUCKETS) buckets.clear();
}

function tooMany(bucket: Bucket): DomainError {
  const waitS = (1 - bucket.tokens) / bucket.limit.perSecond;
  return new DomainError({
    code: 'rate_limited',
    status: 429,
    detail: 'Too many requests. Wait a moment and try again.',
    retryAfterS: Math.max(1, Math.ceil(waitS)),
  });
}

const GUESSABLE = new Set([
  '/api/auth/sign-in/email',
  '/api/auth/two-factor/verify-totp',
  '/api/auth/two-factor/verify-backup-code',
]);

/** Limits by address before anything costs a query (bodies have been read and bounded); `limitActor` follows once it is known who asks. */
export function limitAddress(limiter: Limiter): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { path } = c.req;
    const ip = c.var.clientIp;
    if (GUESSABLE.has(path)) {
      return limitGuesses(limiter, c, next);
    } else if (path.startsWith('/api/people/invitations/')) {
      limiter.take(INVITATION, ip);
    } else if (path.startsWith('/v1/')) {
      limiter.take(INGEST, ip);
    } else if (path.startsWith('/f/')) {
      limiter.take(FORM, ip);
    } else if (path.startsWith('/t/') || path.startsWith('/u/')) {
      limiter.take(LINK, ip);
      await next();
      if (c.res.status >= 400) limiter.take(LINK, ip, WRONG_LINK_COST);
      return;
    } else if (path.startsWith('/w/')) {
      limiter.take(WALLET, ip);
      await next();
      if (c.res.status === 404) limiter.take(WALLET, ip, WRONG_WALLET_COST);
      return;
    }
    return next();
  };
}

/** Counted before, because guesses come many at once, and taken back when right: an office signs in from one address. */
async function limitGuesses(limiter: Limiter, c: Context<AppEnv>, next: Next): Promise<void> {
  const counted: [Limit, string][] = [[SIGN_IN, c.var.clientIp]];
  const email = await emailOf(c);
  if (email !== null) counted.push([ACCOUNT, email]);
  for (const [limit, who] of counted) limiter.take(limit, who);
  await next();
  if (c.res.status < 400) for (const [limit, who] of counted) limiter.giveBack(limit, who);
}

/** A wrong credential counts as a request of nobody, so that keys cannot be tried out at speed. */
export function limitFailure(limiter: Limiter, ip: string): void {
  limiter.take(ANONYMOUS, ip);
}

/** Limits by credential, or by address for whoever has none. */
export function limitActor(limiter: Limiter): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const { actor } = c.var.ctx;
    if (actor.kind === 'apiKey') limiter.take(API_KEY, actor.id);
    else if (actor.kind === 'user') limiter.take(SESSION, actor.id);
    else if (c.req.path.startsWith('/api/')) limiter.take(ANONYMOUS, c.var.clientIp);
    return next();
  };
}

async function emailOf(c: Context<AppEnv>): Promise<string | null> {
  try {
    const body: unknown = JSON.parse(await c.req.text());
    if (typeof body !== 'object' || body === null || !('email' in body)) return null;
    return typeof body.email === 'string' ? body.email.trim().toLowerCase().slice(0, 254) : null;
  } catch {
    return null;
  }
}
