import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendDue } from '../../../src/campaigns/actions.loop.ts';
import { openOutbox } from '../../../src/campaigns/channels/outbox.ts';
import { linksFor } from '../../../src/campaigns/links.ts';
import { campaignsRoutes } from '../../../src/campaigns/routes.ts';
import type { AppEnv } from '../../../src/core/http.ts';
import { newRouter } from '../../../src/core/http.ts';
import { rows } from '../../../src/core/db.ts';
import { addMs, DAY_MS } from '../../../src/core/time.ts';
import type { Hono } from 'hono';
import {
  campaignWorld,
  contactId,
  draft,
  launched,
  PUBLIC_URL,
  putContacts,
  SECRET,
  statesOf,
} from '../world.ts';
import type { World } from '../world.ts';

/** The page on which people say what they want. */

let world: World;
let app: Hono<AppEnv>;
let path = '';
const never = new AbortController().signal;
beforeAll(async () => {
  world = await campaignWorld();
  const { ctx } = world;
  app = newRouter()
    .use(async (c, next) => {
      c.set('ctx', { ...ctx, actor: { kind: 'public', id: 'public', name: 'public' } });
      await next();
    })
    .route('/', campaignsRoutes());
  await putContacts(ctx, 'first', { from: 1, to: 1 });
  await ctx.db.execute(sql`update contact set locale = 'ru', phone = '+441632960042'`);
  const { id } = await draft(ctx, 'first');
  await launched(ctx, id);
  await sendDue(ctx, openOutbox(world.dataDir), never);
  const [message] = await rows<{ id: string }>(ctx.db, sql`select id from message`);
  const ref = { messageId: message?.id ?? '', contactId: contactId(1) };
  path = linksFor(SECRET, PUBLIC_URL).preferences(ref, ctx.clock.now()).slice(PUBLIC_URL.length);
});
afterAll(() => world.close());

const post = (form: Record<string, string>) =>
  app.request(path, { method: 'POST', body: new URLSearchParams(form) });
const words = () =>
  rows<{ purpose: string; channel: string; granted: boolean; source: string }>(
    world.ctx.db,
    sql`select purpose, channel, granted, source from consent where source <> 'test' order by id`,
  );
const stopped = () => rows(world.ctx.db, sql`select channel, address, reason from suppression order by 1`);

test('a scanner’s visit, a cut link, another kind of link and an old one change nothing', async () => {
  const shown = await app.request(path);
  expect(shown.status).toBe(200);
  const text = await shown.text();
  expect(text).toContain('Что вам присылать');
  expect(text).toContain('p•••@example.com');
  expect(text).not.toContain('person1@example.com');
  expect(text).not.toContain('960042');
  expect((await app.request(`${path.slice(0, -2)}AA`)).status).toBe(404);
  expect((await app.request(path.replace('/p/', '/u/'))).status).toBe(404);
  expect((await post({})).status).toBe(200);
  world.clock.advance(402 * DAY_MS);
  expect((await post({ action: 'leave' })).status).toBe(410);
  world.clock.advance(-402 * DAY_MS);
  expect(await words()).toEqual([]);
  expect(await stopped()).toEqual([]);
});

test('what is chosen becomes words of consent with their proof, and only what differs', async () => {
  await post({ action: 'save', 'email.informational': 'on', 'sms.activation': 'on' });
  const said = await words();
  expect(
    said.toSorted((a, b) => a.channel.localeCompare(b.channel) || a.purpose.localeCompare(b.purpose)),
  ).toEqual([
    { purpose: 'activation', channel: 'email', granted: false, source: 'preference centre' },
    { purpose: 'activation', channel: 'sms', granted: true, source: 'preference centre' },
    { purpose: 'informational', channel: 'sms', granted: false, source: 'preference centre' },
  ]);
  const proofs = await rows(
    world.ctx.db,
    sql`select 1 from consent where source = 'preference centre' and proof ->> 'messageId' is null`,
  );
  expect(proofs).toEqual([]);
});

test('a pause puts messages off for its length', async () => {
  const { ctx, clock, dataDir } = world;
  expect(await (await post({ action: 'pause' })).text()).toContain('перерыв');
  const { id } = await draft(ctx, 'first');
  await launched(ctx, id);
  await sendDue(ctx, openOutbox(dataDir), never);
  expect(await statesOf(ctx, id)).toEqual({ 'planned:paused': 1 });
  await post({ action: 'resume' });
  const again = await draft(ctx, 'first');
  await launched(ctx, again.id);
  await sendDue(ctx, openOutbox(dataDir), never);
  expect(await statesOf(ctx, again.id)).toEqual({ sent: 1 });
  clock.set(addMs(clock.now(), 1_000).toISOString());
});

test('whoever leaves gets nothing on any way; what they choose later is sent again, and nothing else', async () => {
  const { clock } = world;
  await post({ action: 'leave' });
  expect(await stopped()).toEqual([
    { channel: 'email', address: 'person1@example.com', reason: 'unsubscribe' },
    { channel: 'phone', address: '+441632960042', reason: 'unsubscribe' },
    { channel: 'sms', address: '+441632960042', reason: 'unsubscribe' },
  ]);
  clock.advance(60_000);
  const page = await (await post({ action: 'save', 'email.activation': 'on' })).text();
  expect(await stopped()).toMatchObject([{ channel: 'phone' }, { channel: 'sms' }]);
  expect([...page.matchAll(/name="([a-z.]+)" checked/g)].map(([, name]) => name)).toEqual([
    'email.activation',
  ]);
});
