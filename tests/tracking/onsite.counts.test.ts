import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseContacts } from '../../src/contacts/index.ts';
import { newId } from '../../src/core/ids.ts';
import { registerModules } from '../../src/modules.ts';
import { createSegment } from '../../src/segments/actions.ts';
import { segmentCreate } from '../../src/segments/contract.ts';
import { createOnsite, listOnsite } from '../../src/tracking/onsite/actions.ts';
import { onsiteCreate } from '../../src/tracking/onsite/contract.ts';
import { contactOfVisitor, openSite, track } from './site.ts';
import type { Site } from './site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite();
  registerModules();
});
afterAll(() => site.close());

test('a message’s counts are those of its facts, machines left out, and stay when visitors are forgotten', async () => {
  const make = (title: string) => createOnsite(site.api.ctx, onsiteCreate.parse({ kind: 'banner', title }));
  const [sale, quiet] = [await make('Sale'), await make('Quiet')];
  const [buyer, reader, claimer] = [newId(), newId(), newId()];
  const did = (what: string, anonymousId: string, over: object = {}) =>
    track(`On-site Message ${what}`, { anonymousId, properties: { message_id: sale.id }, ...over });
  const order = { order_id: newId(), products: [{ product_id: 'P-COUNT', price: 5 }] };
  await site.batch([
    did('Shown', buyer),
    did('Shown', buyer),
    did('Clicked', buyer),
    did('Shown', reader),
    did('Closed', reader),
    did('Clicked', claimer),
    did('Shown', newId(), { context: { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' } }),
    track('On-site Message Shown', { properties: { message_id: 'no message' } }),
    track('Order Completed', { anonymousId: claimer, properties: { ...order, order_id: newId() } }),
  ]);
  await site.server([track('Order Completed', { anonymousId: buyer, properties: order })]);
  const counts = async () =>
    Object.fromEntries((await listOnsite(site.api.ctx)).map((one) => [one.id, one.counts]));
  const expected = { shown: 3, clicked: 2, closed: 1, converted: 1 };
  const nothing = { shown: 0, clicked: 0, closed: 0, converted: 0 };
  expect(await counts()).toEqual({ [sale.id]: expected, [quiet.id]: nothing });
  await eraseContacts(site.api.ctx, [await contactOfVisitor(site, reader)]);
  expect(await counts()).toEqual({ [sale.id]: expected, [quiet.id]: nothing });
});

test('who saw a message is set beside who was kept from it, each contact once and machines left out', async () => {
  const { id } = await createOnsite(
    site.api.ctx,
    onsiteCreate.parse({ kind: 'banner', title: 'Compared', control: 20 }),
  );
  const did = (what: string, anonymousId: string, over: object = {}) =>
    track(`On-site Message ${what}`, { anonymousId, properties: { message_id: id }, ...over });
  const [seer, buyer, kept, keptBuyer] = [newId(), newId(), newId(), newId()];
  const robot = { context: { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' } };
  await site.batch([
    did('Shown', seer),
    did('Shown', seer),
    did('Shown', buyer),
    did('Held Back', kept),
    did('Held Back', keptBuyer),
    did('Held Back', newId(), robot),
  ]);
  const bought = (anonymousId: string) =>
    track('Order Completed', {
      anonymousId,
      properties: { order_id: newId(), products: [{ product_id: 'P-HELD', price: 5 }] },
    });
  await site.server([bought(buyer), bought(keptBuyer)]);
  const found = (await listOnsite(site.api.ctx)).find((one) => one.id === id);
  expect(found?.comparison).toEqual({ shown: { contacts: 2, bought: 1 }, held: { contacts: 2, bought: 1 } });
  expect(found?.counts).toEqual({ shown: 3, clicked: 0, closed: 0, converted: 0 });
});

test('a message for a segment is told only to a visitor who is in it at that moment, and never kept by caches', async () => {
  const { ctx } = site.api;
  const rule = { type: 'event', name: 'Tea Tasted', op: 'gte', value: 1 };
  const { id: segmentId } = await createSegment(
    ctx,
    segmentCreate.parse({ kind: 'dynamic', name: 'Tasters', description: '', rule }),
  );
  await expect(
    createOnsite(ctx, onsiteCreate.parse({ kind: 'banner', title: 'No', segmentId: newId() })),
  ).rejects.toMatchObject({ code: 'segment_not_found', at: 'segmentId' });
  const { id } = await createOnsite(
    ctx,
    onsiteCreate.parse({ kind: 'banner', title: 'For tasters', segmentId, pagePattern: '/tea' }),
  );
  const [there, elsewhere] = [newId(), newId()];
  await site.batch([
    track('Tea Tasted', { anonymousId: there }),
    track('Looked', { anonymousId: elsewhere }),
  ]);
  // What happens at this very moment is not yet past.
  site.clock.advance(1_000);
  const ask = async (anonymousId?: string) => {
    const query = new URLSearchParams({
      writeKey: site.writeKey,
      path: '/tea',
      ...(anonymousId === undefined ? {} : { anonymousId }),
    });
    const { body, headers } = await site.api.send('GET', `/v1/onsite?${query.toString()}`);
    const { messages, personal } = body as { messages: { id: string }[]; personal: boolean };
    return { told: messages.some((one) => one.id === id), personal, cache: headers.get('cache-control') };
  };
  const none = { told: false, personal: true, cache: 'private, no-store' };
  expect(await ask(there)).toEqual({ ...none, told: true });
  expect(await ask(elsewhere)).toEqual(none);
  expect(await ask(newId())).toEqual(none);
  expect(await ask()).toEqual({ ...none, cache: 'public, max-age=60' });
});
