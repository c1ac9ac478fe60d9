import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { campaignAudience } from '../../src/campaigns/actions.campaigns.ts';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { campaignOverTime } from '../../src/campaigns/actions.overtime.ts';
import { campaignReport } from '../../src/campaigns/actions.report.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { unsubscribe } from '../../src/campaigns/actions.responses.ts';
import { campaignsSubscriptions } from '../../src/campaigns/index.ts';
import { recordConsents, suppress } from '../../src/contacts/index.ts';
import type { SuppressReason } from '../../src/contacts/actions.consents.ts';
import { rows } from '../../src/core/db.ts';
import { loyaltySubscriptions } from '../../src/loyalty/index.ts';
import { placeOrders } from '../../src/orders/index.ts';
import type { OrderToPlace } from '../../src/orders/index.ts';
import { deliver } from '../support/deliver.ts';
import {
  addressOf,
  campaignWorld,
  contactId,
  couponCampaign,
  draft,
  launched,
  mailsOf,
  putContacts,
} from './world.ts';
import type { World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await campaignWorld();
});
afterAll(() => world.close());

/** A campaign with coupons sent to these contacts; gives its id and the contacts' codes. */
async function sent(group: string, range: { from: number; to: number }, change: object = {}) {
  const { ctx, dataDir } = world;
  await putContacts(ctx, group, range);
  const { id } = await draft(ctx, group, { couponCampaignId: await couponCampaign(ctx, change) });
  await launched(ctx, id);
  await sendDue(ctx, openOutbox(dataDir), new AbortController().signal);
  const found = await rows<{ contactId: string; code: string; messageId: string }>(
    ctx.db,
    sql`select contact_id as "contactId", coupon_code as code, id as "messageId" from message where campaign_id = ${id}::uuid`,
  );
  const of = (n: number) => found.find((message) => message.contactId === contactId(n));
  return { id, codeOf: (n: number) => of(n)?.code ?? '', messageOf: (n: number) => of(n)?.messageId ?? '' };
}

async function order(n: number, externalId: string, change: Partial<OrderToPlace> = {}): Promise<void> {
  const { ctx } = world;
  const told = {
    source: 'shop',
    externalId,
    occurredAt: ctx.clock.now(),
    buyer: { contactId: contactId(n) },
    lines: [{ product: 'MUG', quantity: '2', unitPrice: '10' }],
  };
  const [result] = await placeOrders(ctx, [{ ...told, ...change }], { trust: 'server' });
  if (result?.ok !== true) throw new Error(`order ${externalId} was refused`);
  await deliver(ctx, [...loyaltySubscriptions, ...campaignsSubscriptions]);
}

describe('conversions', () => {
  test('are the orders that stand today, net of what came back; a cancelled order is none, whenever it was cancelled', async () => {
    const { id, codeOf } = await sent('A', { from: 1, to: 4 });
    await order(1, 'kept', { couponCodes: [codeOf(1)] });
    await order(2, 'told as cancelled', { couponCodes: [codeOf(2)], status: 'cancelled' });
    const later = { couponCodes: [codeOf(3)], occurredAt: world.ctx.clock.now() };
    await order(3, 'cancelled later', later);
    await order(4, 'one came back', { couponCodes: [codeOf(4)] });
    expect(await campaignReport(world.ctx, id)).toMatchObject({ conversions: 3, revenueMinor: 6_000 });
    await order(3, 'cancelled later', { ...later, status: 'cancelled' });
    const back = [{ product: 'MUG', quantity: '1', unitPrice: '10' }];
    await order(4, 'back', { kind: 'return', originalExternalId: 'one came back', lines: back });
    expect(await campaignReport(world.ctx, id)).toMatchObject({
      conversions: 2,
      couponConversions: 2,
      revenueMinor: 3_000,
    });
    const { points } = await campaignOverTime(world.ctx, id);
    expect(points.reduce((sum, point) => sum + point.converted, 0)).toBe(2);
  });

  test('a coupon that was refused converts nothing', async () => {
    const { id, codeOf } = await sent('B', { from: 10, to: 10 }, { minOrderMinor: 5_000 });
    await order(10, 'below the minimum', { couponCodes: [codeOf(10)] });
    expect(await campaignReport(world.ctx, id)).toMatchObject({ conversions: 0, couponConversions: 0 });
  });
});

describe('unsubscribing', () => {
  /** A word on all that the campaigns here send, said now; a second later than what was before. */
  const say = async (n: number, granted: boolean, proof: Record<string, unknown>, occurredAt?: Date) => {
    world.clock.advance(1_000);
    const at = occurredAt === undefined ? {} : { occurredAt };
    const word = { contactId: contactId(n), channel: 'email', granted, source: 'test', proof, ...at };
    await recordConsents(
      world.ctx,
      ['marketing', 'activation', 'informational'].map((purpose) => ({ ...word, purpose })),
    );
  };
  const reasonsOf = async (id: string) => {
    const { reachable, skipped } = await campaignAudience(world.ctx, id);
    return { reachable, reasons: skipped.map(({ reason }) => reason) };
  };

  test('a consent proven later brings the mail back, and the same link takes it away again', async () => {
    const { ctx, dataDir } = world;
    const { id } = await sent('C', { from: 20, to: 20 });
    const mail = (await mailsOf(dataDir)).find((one) => one.campaignId === id);
    const token = /\/u\/([\w-]+)>/.exec(mail?.headers['List-Unsubscribe'] ?? '')?.[1] ?? '';
    const before = ctx.clock.now();
    world.clock.advance(1_000);
    await unsubscribe(ctx, token);
    const gone = { reachable: 0, reasons: ['unsubscribed'] };
    expect(await reasonsOf(id)).toEqual(gone);
    await say(20, true, { form: 'an older one, found late' }, before);
    await say(20, true, {});
    expect(await reasonsOf(id)).toEqual(gone);
    await say(20, true, { form: 'checkout' });
    expect(await reasonsOf(id)).toEqual({ reachable: 1, reasons: [] });
    world.clock.advance(1_000);
    await unsubscribe(ctx, token);
    expect(await reasonsOf(id)).toEqual(gone);
    const report = await campaignReport(ctx, id);
    expect(report.unsubscribes).toBe(1);
  });

  test('no consent lifts a complaint, a bounce or an erasure, also of an address that had unsubscribed before', async () => {
    const { ctx } = world;
    const reasons: SuppressReason[] = ['complaint', 'hard_bounce', 'erased'];
    await putContacts(ctx, 'D', { from: 30, to: 35 });
    const { id } = await draft(ctx, 'D');
    for (const [i, reason] of reasons.entries()) {
      await suppress(ctx, [{ channel: 'email', address: addressOf(30 + i), reason }]);
      await suppress(ctx, [
        { channel: 'email', address: addressOf(33 + i), reason: 'unsubscribe' },
        { channel: 'email', address: addressOf(33 + i), reason },
      ]);
    }
    for (let n = 30; n < 36; n++) await say(n, true, { form: 'checkout' });
    expect(await reasonsOf(id)).toEqual({ reachable: 0, reasons: ['suppressed'] });
  });
});
