import type { Context } from 'hono';
import { z } from 'zod';
import { describe, jsonBody, newRouter } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { authStep } from './actions.auth.ts';
import type { AuthStep } from './actions.auth.ts';
import { changePasswordBody, codeBody, passwordBody, profileBody, signInBody } from './contract.ts';
import type { ConsoleAuth } from './store.auth.ts';

type PostStep = AuthStep & {
  summary: string;
  body: z.ZodType;
  open?: 'public';
  extra?: Record<string, unknown>;
};

const nothing = z.object({}).strict();

/** The endpoints of better-auth that this API has; the others do not exist for the outside. */
const STEPS: readonly Omit<PostStep, 'method'>[] = [
  {
    path: '/sign-in/email',
    summary: 'Sign in with email and password',
    body: signInBody,
    open: 'public',
    event: 'session.started',
  },
  { path: '/sign-out', summary: 'Sign out', body: nothing, open: 'public', event: 'session.ended' },
  {
    path: '/change-password',
    summary: 'Change the own password and sign out everywhere else',
    body: changePasswordBody,
    event: 'password.changed',
    extra: { revokeOtherSessions: true },
  },
  { path: '/update-user', summary: 'Change the own name', body: profileBody, event: 'profile.changed' },
  {
    path: '/two-factor/enable',
    summary: 'Prepare a second factor: gives the secret and backup codes; in force once a code was verified',
    body: passwordBody,
    event: 'two_factor.prepared',
  },
  {
    path: '/two-factor/disable',
    summary: 'Remove the second factor',
    body: passwordBody,
    event: 'two_factor.disabled',
  },
  {
    path: '/two-factor/verify-totp',
    summary: 'Verify a code of the authenticator app, to sign in or to put it in force',
    body: codeBody,
    open: 'public',
    event: 'two_factor.verified',
  },
  {
    path: '/two-factor/verify-backup-code',
    summary: 'Sign in with a backup code',
    body: codeBody,
    open: 'public',
    event: 'two_factor.backup_code_used',
  },
  {
    path: '/two-factor/generate-backup-codes',
    summary: 'Replace the backup codes',
    body: passwordBody,
    event: 'two_factor.backup_codes_made',
  },
];

/** Signing in and out, passwords and second factors, at /api/auth. */
export function authRoutes(auth: ConsoleAuth) {
  const router = newRouter();
  const tag = 'Sign-in';
  const run = (c: Context<AppEnv>, step: AuthStep, body: unknown): Promise<Response> =>
    authStep(c.var.ctx, auth, step, { url: c.req.url, headers: c.req.raw.headers, body, ip: c.var.clientIp });
  for (const step of STEPS) {
    const { path, summary, open, extra } = step;
    const description = 'Answered by better-auth; the session travels in an HttpOnly cookie.';
    router.post(
      `/api/auth${path}`,
      describe({ tag, summary, description, answer: z.looseObject({}), open }),
      jsonBody(step.body),
      (c) => run(c, { ...step, method: 'POST' }, Object.assign({}, c.req.valid('json'), extra)),
    );
  }
  router.get(
    '/api/auth/get-session',
    describe({
      tag,
      summary: 'The session of the cookie, or null',
      open: 'public',
      answer: z.looseObject({}).nullable(),
    }),
    (c) => run(c, { path: '/get-session', method: 'GET', event: null }, undefined),
  );
  return router;
}
