import type { Context, Hono } from 'hono';
import { DomainError } from '../core/errors.ts';
import { describe, newRouter } from '../core/http.ts';
import type { AppEnv } from '../core/http.ts';
import { commit } from './actions.commit.ts';
import { senderOf, settingsOf } from './actions.senders.ts';
import { withPurpose } from './behaviour/bots.ts';
import { nameDayVisitors } from './cookieless/actions.ts';
import { ingestAnswer } from './contract.ts';
import type { Sender } from './fact.ts';
import { parseBody } from './parse.ts';
import type { CallType } from './parse.ts';
import { isPoison } from './poison.ts';
import { withBody } from './routes.body.ts';
import { submissionOf } from './submission.ts';

const CALLS: ReadonlyArray<[CallType, short: string, summary: string]> = [
  ['track', 't', 'What somebody did'],
  ['page', 'p', 'A page somebody saw'],
  ['screen', 's', 'A screen of an app somebody saw'],
  ['identify', 'i', 'Who somebody is'],
  ['group', 'g', 'Which group somebody belongs to'],
  ['alias', 'a', 'Which other id somebody had'],
  ['batch', 'b', 'Many calls at once'],
];
/** A source changes rarely, and a page asks for its settings at every view. */
const SETTINGS_CACHE = 'public, max-age=60';

/** What sites and servers send to: the protocol of the Segment clients. */
export function ingestRoutes(): Hono<AppEnv> {
  const router = newRouter();
  for (const [type, short, summary] of CALLS) {
    const handler = (c: Context<AppEnv>) => take(c, type);
    router.post(
      `/v1/${type}`,
      describe({
        tag: 'tracking',
        summary,
        description:
          'Segment-compatible. The answer comes after the commit; a wrong event is named in `rejected` and fails no other. 429 asks to come back after `Retry-After` seconds.',
        answer: ingestAnswer,
        open: 'writeKey',
      }),
      handler,
    );
    router.post(`/v1/${short}`, handler);
  }
  // Figures that analytics.js collects of itself: nobody here needs them, and a refusal would fill its console.
  router.post('/v1/m', (c) => c.json({ success: true }));
  router.get(
    '/v1/projects/:writeKey/settings',
    describe({
      tag: 'tracking',
      summary: 'What analytics.js asks for before it sends',
      open: 'public',
    }),
    async (c) => {
      const settings = await settingsOf(c.var.ctx, c.req.param('writeKey'));
      return c.json(settings, 200, { 'Cache-Control': SETTINGS_CACHE });
    },
  );
  return router;
}

function take(c: Context<AppEnv>, type: CallType): Promise<Response> {
  const work = withBody(c, async (text, hold) => {
    const { ctx } = c.var;
    const receivedAt = ctx.clock.now();
    const parsed = parseBody(text, type);
    hold(parsed.sharedBytes);
    const header = c.req.header('authorization');
    const writeKey = keyFromHeader(header) ?? writeKeyOr(parsed.writeKey ?? '');
    if (writeKey === null && !isGiven(header, parsed.writeKey) && ctx.actor.kind !== 'apiKey') throw noKey();
    const sender = await senderOf(ctx, writeKey, c.req.header('origin') ?? null);
    const answer = await commit(
      ctx,
      submissionOf(sender, await eventsOf(c, sender, parsed.events), receivedAt),
    );
    return c.json(answer);
  });
  return work.catch((error: unknown) => {
    throw again(unpacked(error, c.req.header('content-encoding')));
  });
}

/** A body that says of itself that it is packed, and is neither that nor JSON: what it is labelled is the likelier mistake. */
function unpacked(error: unknown, encoding: string | undefined): unknown {
  if (!(error instanceof DomainError) || error.code !== 'not_json' || !/gzip/i.test(encoding ?? ''))
    return error;
  return new DomainError({
    code: 'broken_gzip',
    status: 400,
    detail: 'Content-Encoding says gzip, but the body is not gzip, and no JSON either.',
    at: 'Content-Encoding',
  });
}

/** Whether a key was meant to be there, right or wrong. */
const isGiven = (header: string | undefined, inBody: string | null): boolean =>
  (inBody ?? '').trim() !== '' || keyIn(header) !== '';

const noKey = (): DomainError =>
  new DomainError({
    code: 'no_write_key',
    status: 401,
    detail:
      'No write key was given. It goes as the user of Basic authorization, as a Bearer token, or as "writeKey" in the body.',
    at: 'writeKey',
  });

/**
 * A mistake of ours must not look like the client's: clients throw away what a 4xx answers, with the whole batch, and send again
 * after a 503.
 */
function again(error: unknown): unknown {
  if (error instanceof DomainError || !(error instanceof RangeError || isPoison(error))) return error;
  return new DomainError({
    code: 'not_stored',
    status: 503,
    detail: 'These events could not be stored right now. Send them again a little later.',
    retryAfterS: RETRY_AFTER_S,
    cause: error,
  });
}
const RETRY_AFTER_S = 30;

/** What a page sends that may store nothing is put under its visitor of the day. */
async function eventsOf(
  c: Context<AppEnv>,
  { sourceId, trust }: Sender,
  raws: readonly unknown[],
): Promise<readonly unknown[]> {
  if (trust !== 'public') return raws;
  const reader = { sourceId, ip: c.var.clientIp, userAgent: c.req.header('user-agent') ?? '' };
  return nameDayVisitors(
    c.var.ctx,
    reader,
    withPurpose(raws, (name) => c.req.header(name)),
  );
}

/** The write key as the real clients send it: user of Basic, or Bearer. An API key there has been read by the API already. */
const keyFromHeader = (header: string | undefined): string | null => writeKeyOr(keyIn(header));

function keyIn(header: string | undefined): string {
  if (header === undefined) return '';
  const [scheme = '', value = ''] = header.split(' ');
  if (scheme.toLowerCase() === 'bearer') return value;
  if (scheme.toLowerCase() !== 'basic') return '';
  return Buffer.from(value, 'base64').toString('utf8').split(':')[0] ?? '';
}

const WRITE_KEY = /^wk_[\w-]{1,100}$/;

function writeKeyOr(text: string): string | null {
  return WRITE_KEY.test(text) ? text : null;
}
