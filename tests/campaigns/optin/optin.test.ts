import { sql } from 'drizzle-orm';
import type { Hono } from 'hono';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendDue } from '../../../src/campaigns/actions.loop.ts';
import { openOutbox } from '../../../src/campaigns/channels/outbox.ts';
import { campaignsSubscriptions } from '../../../src/campaigns/index.ts';
import { linksFor } from '../../../src/campaigns/links.ts';
import { askOptIn } from '../../../src/campaigns/optin/actions.ts';
import { optInInput } from '../../../src/campaigns/optin/contract.ts';
import { campaignsRoutes } from '../../../src/campaigns/routes.ts';
import { row, rows } from '../../../src/core/db.ts';
import type { AppEnv } from '../../../src/core/http.ts';
import { newRouter } from '../../../src/core/http.ts';
import { DAY_MS, MINUTE_MS } from '../../../src/core/time.ts';
import { suppress } from '../../../src/contacts/index.ts';
import { deliver } from '../../support/deliver.ts';
import {
  addressOf,
  campaignWorld,
  contactId,
  draft,
  launched,
  mailsOf,
  PUBLIC_URL,
  putContacts,
  SECRET,
  statesOf,
} from '../world.ts';
import type { World } from '../world.ts';

/** Consent that counts once the holder of the address has confirmed it. */

let world: World;
let app: Hono<AppEnv>;
const never = new AbortController().signal;
beforeAll(async () => {
  world = await campaignWorld();
  const { ctx } = world;
  app = newRouter()
    .use(async (c, next) => {
      c.set('ctx', { ...ctx, actor: { kind: 'public', id: 'public', name: 'public' } });
      c.set('clientIp', '192.0.2.7');
      await next();
    })
    .route('/', campaignsRoutes());
  await putContacts(ctx, 'new', { from: 1, to: 6 }, null);
  // As whoever makes contacts through the product does.
  await ctx.db.execute(sql`
    insert into contact_point (contact_id, point_id, kind, value, raw, valid, created_at)
    select contact_id, gen_random_uuid(), 'email', email, email, true, now() from contact`);
});
afterAll(() => world.close());

const ask = (n: number, change: object = {}) =>
  askOptIn(
    world.ctx,
    contactId(n),
    optInInput.parse({
      title: 'Tea news',
      text: 'Leaf & Kettle may write to me once a week.',
      source: 'till 4',
      ...change,
    }),
  );

/** Delivers the mail and gives the path of its link. */
async function linkOf(n: number): Promise<string> {
  await deliver(world.ctx, campaignsSubscriptions);
  await sendDue(world.ctx, openOutbox(world.dataDir), never);
  const mails = (await mailsOf(world.dataDir)).filter((mail) => mail.to.includes(addressOf(n)));
  const found = /https:\/\/mail\.example\.com(\/c\/[\w-]+)/.exec(mails.at(-1)?.text ?? '');
  return found?.[1] ?? '';
}

const consents = (n: number) =>
  rows<{ purpose: string; granted: boolean; source: string; proof: Record<string, unknown> }>(
    world.ctx.db,
    sql`select purpose, granted, source, proof from consent where contact_id = ${contactId(n)}::uuid`,
  );

test('consent waits until the link is pressed: a scanner’s visit gives nothing, the hand-off says not_confirmed', async () => {
  const { ctx } = world;
  expect(await ask(1)).toMatchObject({ state: 'pending', mailed: true });
  const path = await linkOf(1);
  const shown = await app.request(path);
  expect(shown.status).toBe(200);
  const page = await shown.text();
  expect(page).toContain('Leaf &amp; Kettle may write to me once a week.');
  expect(page).not.toContain(addressOf(1));
  expect(await consents(1)).toEqual([]);
  const before = await draft(ctx, 'new');
  await launched(ctx, before.id);
  expect(await statesOf(ctx, before.id)).toEqual({ 'skipped:no_consent': 5, 'skipped:not_confirmed': 1 });

  const headers = { 'user-agent': 'Firefox' };
  expect((await app.request(path, { method: 'POST', headers })).status).toBe(200);
  expect(await (await app.request(path, { method: 'POST' })).text()).toContain('Thank you');
  expect(await consents(1)).toMatchObject([
    {
      purpose: 'marketing',
      granted: true,
      source: 'till 4',
      proof: {
        method: 'double opt-in',
        text: 'Leaf & Kettle may write to me once a week.',
        address: addressOf(1),
        confirmedIp: '192.0.2.7',
        confirmedUserAgent: 'Firefox',
        askedBy: ctx.actor.id,
      },
    },
  ]);
  const after = await draft(ctx, 'new');
  await launched(ctx, after.id);
  await sendDue(ctx, openOutbox(world.dataDir), never);
  expect(await statesOf(ctx, after.id)).toEqual({ sent: 1, 'skipped:no_consent': 5 });
  expect(await ask(1)).toEqual({ state: 'confirmed', mailed: false, expiresAt: null });
});

test('at most three mails a day; a link ends after a week; a forged one is none', async () => {
  const { clock } = world;
  for (const mailed of [true, true, true, false]) expect((await ask(2)).mailed).toBe(mailed);
  const path = await linkOf(2);
  expect((await app.request(`${path.slice(0, -2)}AA`, { method: 'POST' })).status).toBe(404);
  expect((await app.request(path.replace('/c/', '/p/'), { method: 'POST' })).status).toBe(404);
  clock.advance(9 * DAY_MS);
  expect((await app.request(path, { method: 'POST' })).status).toBe(410);
  expect(await consents(2)).toEqual([]);
  expect((await ask(2)).mailed).toBe(true);
});

test('who had unsubscribed and confirms anew is written to again; an address that bounced is not asked', async () => {
  const { ctx } = world;
  await suppress(ctx, [{ channel: 'email', address: addressOf(3), reason: 'unsubscribe' }]);
  world.clock.advance(MINUTE_MS);
  await ask(3, { purposes: ['informational'], locale: 'ru' });
  const path = await linkOf(3);
  const page = await (await app.request(path)).text();
  expect(page).toContain('Остался один шаг');
  await app.request(path, { method: 'POST' });
  expect(await rows(ctx.db, sql`select 1 from suppression where address = ${addressOf(3)}`)).toEqual([]);
  await suppress(ctx, [{ channel: 'email', address: addressOf(4), reason: 'hard_bounce' }]);
  await ask(4);
  expect(await linkOf(4)).toBe('');
});

test('an address that is another’s by now confirms nothing', async () => {
  await ask(5);
  const path = await linkOf(5);
  await world.ctx.db.execute(sql`delete from contact_point where contact_id = ${contactId(5)}::uuid`);
  expect((await app.request(path, { method: 'POST' })).status).toBe(410);
  expect(await consents(5)).toEqual([]);
});

test('the preference centre says what awaits confirmation', async () => {
  const { ctx } = world;
  await ask(6, { purposes: ['activation'] });
  await linkOf(6);
  const { id } = await row<{ id: string }>(
    ctx.db,
    sql`select id from message where contact_id = ${contactId(6)}::uuid order by occurred_at desc limit 1`,
  );
  const url = linksFor(SECRET, PUBLIC_URL).preferences(
    { messageId: id, contactId: contactId(6) },
    ctx.clock.now(),
  );
  const page = await (await app.request(url.slice(PUBLIC_URL.length))).text();
  expect(page).toMatch(/Offers and gifts <em[^>]*>awaiting your confirmation/);
  expect(page).not.toMatch(/News and useful things <em/);
});
