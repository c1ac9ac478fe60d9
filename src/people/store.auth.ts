import { and, eq, lte } from '../core/sql.ts';
import { systemClock } from '../core/clock.ts';
import { deriveSecret } from '../core/crypto.ts';
import type { Config } from '../core/config.ts';
import type { Actor } from '../core/ctx.ts';
import type { Db } from '../core/db.ts';
import { newId } from '../core/ids.ts';
import type { Logger } from '../core/logger.ts';
import type { Role, Visibility } from '../core/rights.ts';
import { addMs, MINUTE_MS } from '../core/time.ts';
import { MAX_PASSWORD, MIN_PASSWORD } from './contract.ts';
import { appUser, userAccount, userSession, userTwoFactor, userVerification } from './schema.ts';

/** A working week, renewed on every day of use. */
const SESSION_S = 7 * 24 * 3_600;
const RENEW_AFTER_S = 24 * 3_600;
/** The client's address as our own server saw it; a header of that name from outside is overwritten. */
const IP_HEADER = 'x-otklik-client-ip';

type SignedIn = {
  actor: Extract<Actor, { kind: 'user' }>;
  sessionId: string;
  /** Cookies to send back when the session was renewed. */
  setCookies: string[];
};

export type ConsoleAuth = {
  /** Lets better-auth answer one of its endpoints. `body` is what was already read of the request. */
  handle(request: {
    method: string;
    url: string;
    headers: Headers;
    body: string;
    ip: string;
  }): Promise<Response>;
  /** Whose session these cookies belong to; null for none, an ended one, or a deactivated person. */
  signedIn(headers: Headers): Promise<SignedIn | null>;
};

/** Sessions, passwords and second factors of people, by better-auth on our tables. */
export function createConsoleAuth(base: { config: Config; db: Db; log: Logger }): ConsoleAuth {
  // Loaded apart, so that a worker does without it; begun at once, so that the first sign-in need not wait.
  const loaded = load(base);
  loaded.catch((error: unknown) => base.log.error({ err: error }, 'sign-in is not available'));
  return {
    handle: async ({ method, url, headers, body, ip }) => {
      const auth = await loaded;
      const copy = new Headers(headers);
      copy.set(IP_HEADER, ip);
      return auth.handler(new Request(url, { method, headers: copy, ...(method === 'GET' ? {} : { body }) }));
    },
    signedIn: async (headers) => {
      const auth = await loaded;
      const { response, headers: answered } = await auth.api.getSession({ headers, returnHeaders: true });
      if (response === null) return null;
      const { user, session } = response;
      if (user.deactivatedAt !== null && user.deactivatedAt !== undefined) return null;
      await touchSession(base.db, session);
      return {
        actor: {
          kind: 'user',
          id: user.id,
          name: user.name,
          role: user.role as Role,
          teamId: user.teamId ?? null,
          visibility: user.visibility as Visibility,
        },
        sessionId: session.id,
        setCookies: answered.getSetCookie(),
      };
    },
  };
}

/** When a session was last used is known to the minute: one write a minute and session. Renewal goes by its end, not by this. */
async function touchSession(db: Db, session: { id: string; updatedAt: Date }): Promise<void> {
  const now = systemClock.now();
  const before = addMs(now, -MINUTE_MS);
  if (session.updatedAt > before) return;
  await db
    .update(userSession)
    .set({ updatedAt: now })
    .where(and(eq(userSession.id, session.id), lte(userSession.updatedAt, before)));
}

async function load({ config, db, log }: { config: Config; db: Db; log: Logger }) {
  const [{ betterAuth }, { drizzleAdapter }, { twoFactor }] = await Promise.all([
    import('better-auth/minimal'),
    import('better-auth/adapters/drizzle'),
    import('better-auth/plugins/two-factor'),
  ]);
  return betterAuth({
    baseURL: config.publicUrl,
    basePath: '/api/auth',
    secret: deriveSecret(config, 'people/sessions'),
    database: drizzleAdapter(db, {
      provider: 'pg',
      schema: {
        user: appUser,
        session: userSession,
        account: userAccount,
        verification: userVerification,
        twoFactor: userTwoFactor,
      },
    }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD,
      maxPasswordLength: MAX_PASSWORD,
    },
    user: {
      additionalFields: {
        role: { type: 'string', input: false },
        teamId: { type: 'string', input: false, required: false },
        visibility: { type: 'string', input: false },
        deactivatedAt: { type: 'date', input: false, required: false },
      },
    },
    session: { expiresIn: SESSION_S, updateAge: RENEW_AFTER_S },
    databaseHooks: { session: { create: { before: (session) => refuseDeactivated(db, session.userId) } } },
    plugins: [twoFactor({ issuer: 'Otklik' })],
    // The API limits rates and checks origins for all its routes alike, these included.
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: {
      log: (level, message) => log[level === 'error' ? 'warn' : 'debug']({ from: 'better-auth' }, message),
    },
    advanced: {
      cookiePrefix: 'otklik',
      disableCSRFCheck: true,
      useSecureCookies: config.publicUrl.startsWith('https:'),
      ipAddress: { ipAddressHeaders: [IP_HEADER] },
      database: { generateId: () => newId() },
    },
  });
}

async function refuseDeactivated(db: Db, userId: string): Promise<void> {
  const [user] = await db
    .select({ deactivatedAt: appUser.deactivatedAt })
    .from(appUser)
    .where(eq(appUser.id, userId));
  if (user?.deactivatedAt !== null) {
    const { APIError } = await import('better-auth/api');
    throw new APIError('FORBIDDEN', { code: 'USER_DEACTIVATED', message: 'This account has been closed' });
  }
}
