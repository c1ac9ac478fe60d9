import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { planBatch } from '../../src/campaigns/actions.batch.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { findCampaign } from '../../src/campaigns/store.campaigns.ts';
import { mergeContacts } from '../../src/contacts/index.ts';
import { inTx } from '../../src/core/ctx.ts';
import { rows } from '../../src/core/db.ts';
import { issueCoupons } from '../../src/loyalty/index.ts';
import { registerModules } from '../../src/modules.ts';
import {
  campaignWorld,
  contactId,
  couponCampaign,
  draft,
  launched,
  mailsOf,
  putContacts,
  statesOf,
} from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
  registerModules();
});
afterAll(() => world.close());

const send = () => sendDue(world.ctx, openOutbox(world.dataDir), new AbortController().signal);
const merge = (from: number, to: number) =>
  mergeContacts(world.ctx, { from: contactId(from), to: contactId(to), reason: 'test' });
const mails = async (campaignId: string) =>
  (await mailsOf(world.dataDir)).filter((mail) => mail.campaignId === campaignId);

test('who is merged between planning and hand-off gets one message, and the coupon of the other is void', async () => {
  const { ctx } = world;
  await putContacts(ctx, 'twice', { from: 1, to: 4 });
  const couponCampaignId = await couponCampaign(ctx);
  const { id } = await draft(ctx, 'twice', { couponCampaignId });
  await launched(ctx, id);
  const [first] = await rows<{ id: string }>(
    ctx.db,
    sql`select id from message where campaign_id = ${id}::uuid and contact_id = ${contactId(1)}::uuid`,
  );
  // It was tried before, and has its coupon.
  const items = [{ contactId: contactId(1), sendKey: first?.id ?? '' }];
  await issueCoupons(ctx, { couponCampaignId, sourceId: id, items });
  await merge(1, 2);
  expect(await statesOf(ctx, id)).toEqual({ planned: 3, 'skipped:merged': 1 });
  await send();
  expect(await statesOf(ctx, id)).toEqual({ sent: 3, 'skipped:merged': 1 });
  expect(await mails(id)).toHaveLength(3);
  const coupons = await rows(ctx.db, sql`select state from coupon where send_key = ${first?.id ?? ''}`);
  expect(coupons).toEqual([{ state: 'void' }]);
});

test.each(['sent', 'sending', 'unknown'])(
  'a message that is %s stays, and the other contact’s waiting one is skipped, whoever lives on',
  async (state) => {
    const { ctx } = world;
    const first = { sent: 11, sending: 21, unknown: 31 }[state] ?? 0;
    await putContacts(ctx, state, { from: first, to: first + 3 });
    const { id } = await draft(ctx, state);
    await launched(ctx, id);
    await ctx.db.execute(sql`
      update message set state = ${state}, due_at = due_at, lease_until = '2100-01-01' where campaign_id = ${id}::uuid
        and contact_id in (${contactId(first)}::uuid, ${contactId(first + 3)}::uuid)`);
    await merge(first, first + 1);
    await merge(first + 2, first + 3);
    expect(await statesOf(ctx, id)).toEqual({ [state]: 2, 'skipped:merged': 2 });
  },
);

test('messages of one batch about different things both go; the same start for both is one message', async () => {
  const { ctx } = world;
  await putContacts(ctx, 'batch', { from: 41, to: 44 });
  const { id } = await draft(ctx, 'batch');
  await ctx.db.execute(
    sql`update campaign set kind = 'triggered', state = 'running' where campaign_id = ${id}::uuid`,
  );
  const row = await findCampaign(ctx, id);
  if (row === undefined) throw new Error('no campaign');
  const entry = (n: number, what: string) => ({
    contactId: contactId(n),
    sendKey: `${id}@${n}`,
    dueAt: ctx.clock.now(),
    data: { cart: { id: what }, trigger: { at: `2026-01-0${(n % 9) + 1}T00:00:00Z` } },
  });
  const entries = [entry(41, 'a'), entry(42, 'b'), entry(43, 'c'), entry(44, 'c')];
  await inTx(ctx, (tx) => planBatch(tx, row, 1, entries));
  await merge(41, 42);
  await merge(43, 44);
  expect(await statesOf(ctx, id)).toEqual({ planned: 3, 'skipped:merged': 1 });
});
