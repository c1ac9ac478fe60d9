import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendTry } from '../../src/campaigns/actions.try.ts';
import { everyChannel } from '../../src/campaigns/channels/contract.ts';
import type { Channels, MailMessage, OutMessage } from '../../src/campaigns/channels/contract.ts';
import { trySendInput } from '../../src/campaigns/contract.template.ts';
import { rows } from '../../src/core/db.ts';
import type { Ctx } from '../../src/core/ctx.ts';
import { campaignWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
let ctx: Ctx;
const taken: OutMessage[] = [];
const sink: Channels = everyChannel({
  name: 'sink',
  batch: 1,
  slice: 1,
  leaseMs: 1_000,
  messageMs: 10,
  send: async (messages) => {
    taken.push(...messages);
    return messages.map(() => ({ kind: 'accepted', delivered: false }));
  },
  close: async () => {},
});

beforeAll(async () => {
  world = await campaignWorld();
  await world.ctx.db
    .execute(sql`insert into app_user (id, name, email, created_at, updated_at, role, visibility, deactivated_at)
    values ('u1', 'Ann', 'ann@example.com', now(), now(), 'marketer', 'all', null),
      ('u2', 'Gone', 'gone@example.com', now(), now(), 'marketer', 'all', now())`);
  ctx = {
    ...world.ctx,
    actor: { kind: 'user', id: 'u1', name: 'Ann', role: 'marketer', teamId: null, visibility: 'all' },
  };
});
afterAll(() => world.close());

const mjml = `<mjml><mj-body><mj-section><mj-column><mj-text>{{#if coupon}}{{couponCard coupon}}{{/if}}
  <a href="{{links.unsubscribe}}">no</a></mj-text></mj-column></mj-section></mj-body></mjml>`;
const input = (change: object = {}) =>
  trySendInput.parse({
    variant: { locale: 'en', subject: 'Hello', mjml, text: '{{links.unsubscribe}}', sample: {} },
    ...change,
  });

test('a test goes to its author, marked as one; it issues no coupon and leaves no message in the ledger', async () => {
  expect(await sendTry(ctx, input(), sink)).toEqual({ to: 'ann@example.com', provider: 'sink' });
  const [mail] = taken as MailMessage[];
  expect(mail).toMatchObject({
    subject: '[Test] Hello',
    couponCode: null,
    headers: { 'X-Otklik-Test': '1' },
  });
  expect(mail?.html).toContain('PREVIEW-0000');
  const [counts] = await rows<{ messages: number; coupons: number; told: number }>(
    ctx.db,
    sql`select (select count(*)::int from message) as messages, (select count(*)::int from coupon) as coupons,
      (select count(*)::int from audit_log where action = 'template.tried' and details ->> 'to' = 'ann@example.com') as told`,
  );
  expect(counts).toEqual({ messages: 0, coupons: 0, told: 1 });
});

test('nobody outside gets one, nor who has left, nor who may not write; an hour has its limit', async () => {
  for (const to of ['stranger@example.org', 'gone@example.com'])
    await expect(sendTry(ctx, input({ to }), sink)).rejects.toMatchObject({ code: 'try_address' });
  const manager: Ctx = { ...ctx, actor: { ...ctx.actor, kind: 'user', role: 'manager' } as Ctx['actor'] };
  await expect(sendTry(manager, input(), sink)).rejects.toMatchObject({ code: 'forbidden' });
  await ctx.db
    .execute(sql`insert into audit_log (id, at, actor_kind, actor_id, actor_name, action, entity, entity_id, request_id)
    select gen_random_uuid(), ${ctx.clock.now().toISOString()}::timestamptz, 'user', 'u1', 'Ann', 'template.tried', 'template', 'x', 'r'
    from generate_series(1, 29)`);
  await expect(sendTry(ctx, input(), sink)).rejects.toMatchObject({ code: 'try_limit', status: 429 });
});
