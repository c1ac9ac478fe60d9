import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sendDue } from '../../src/campaigns/actions.loop.ts';
import { campaignOverTime } from '../../src/campaigns/actions.overtime.ts';
import { campaignReport } from '../../src/campaigns/actions.report.ts';
import { openOutbox } from '../../src/campaigns/channels/outbox.ts';
import { campaignsSubscriptions } from '../../src/campaigns/index.ts';
import { rows } from '../../src/core/db.ts';
import { loyaltySubscriptions } from '../../src/loyalty/index.ts';
import { placeOrders } from '../../src/orders/index.ts';
import type { OrderToPlace } from '../../src/orders/index.ts';
import { deliver } from '../support/deliver.ts';
import { campaignWorld, contactId, couponCampaign, draft, launched, putContacts } from './world.ts';
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
