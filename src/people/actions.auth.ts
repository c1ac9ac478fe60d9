import { z } from 'zod';
import { audit } from '../core/audit.ts';
import type { Actor, Ctx } from '../core/ctx.ts';
import { DomainError } from '../core/errors.ts';
import { ROLES, VISIBILITIES } from '../core/rights.ts';
import type { ConsoleAuth } from './store.auth.ts';

/** One endpoint of better-auth that people may use, and what the audit log calls its success. */
export type AuthStep = { path: string; method: 'GET' | 'POST'; event: string | null };

/**
 * Lets better-auth answer one step of signing in, out, or changing credentials. Gives its answer with its cookies; a
 * refusal is thrown as a DomainError with its code in snake_case. Successful changes are audited under the person's name.
 */
export async function authStep(
  ctx: Ctx,
  auth: ConsoleAuth,
  step: AuthStep,
  request: { url: string; headers: Headers; body: unknown; ip: string },
): Promise<Response> {
  const { url, headers, ip } = request;
  const body = JSON.stringify(request.body ?? {});
  const jsonHeaders = new Headers(headers);
  if (step.method === 'POST') jsonHeaders.set('content-type', 'application/json');
  jsonHeaders.delete('content-length');
  const answer = await auth.handle({ method: step.method, url, headers: jsonHeaders, body, ip });
  if (answer.status >= 400) throw await refusal(answer);
  if (step.event !== null) await record(ctx, step.event, userOf(await bodyOf(answer.clone())), ip);
  return answer;
}

type User = Extract<Actor, { kind: 'user' }>;

async function record(ctx: Ctx, event: string, answered: User | null, ip: string): Promise<void> {
  const actor = ctx.actor.kind === 'user' ? ctx.actor : answered;
  // With a second factor pending nobody is signed in yet, and nothing has happened.
  if (actor === null) return;
  await audit({ ...ctx, actor }, { action: event, entity: 'user', entityId: actor.id, details: { ip } });
}

async function refusal(answer: Response): Promise<DomainError> {
  const body = await bodyOf(answer);
  const code = typeof body['code'] === 'string' ? body['code'].toLowerCase() : 'auth_failed';
  const detail =
    typeof body['message'] === 'string' ? `${body['message'].replace(/\.$/, '')}.` : 'Not possible.';
  if (answer.status >= 500) {
    return new DomainError({ code: 'internal', status: 500, detail: 'Something went wrong on our side.' });
  }
  return new DomainError({ code, status: answer.status, detail });
}

async function bodyOf(answer: Response): Promise<Record<string, unknown>> {
  try {
    const parsed: unknown = await answer.json();
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const answeredUser = z.object({
  user: z.object({
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    teamId: z.string().nullish(),
    visibility: z.enum(VISIBILITIES),
  }),
});

function userOf(body: Record<string, unknown>): User | null {
  const parsed = answeredUser.safeParse(body);
  if (!parsed.success) return null;
  const { user } = parsed.data;
  return { kind: 'user', ...user, teamId: user.teamId ?? null };
}
