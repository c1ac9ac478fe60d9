import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseContacts } from '../../src/contacts/index.ts';
import { newId } from '../../src/core/ids.ts';
import { registerModules } from '../../src/modules.ts';
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
