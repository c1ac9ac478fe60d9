import { afterAll, beforeAll, expect, test } from 'vitest';
import { upsertContacts } from '../../../src/contacts/index.ts';
import { newId } from '../../../src/core/ids.ts';
import { createCategory, upsertProducts } from '../../../src/orders/actions.catalogue.ts';
import { createPriceList, putPrices } from '../../../src/orders/actions.price-lists.ts';
import { priceInput, priceListInput } from '../../../src/orders/contract.price-lists.ts';
import { productInput } from '../../../src/orders/contract.ts';
import { createCouponCampaign } from '../../../src/loyalty/coupons/actions.campaigns.ts';
import { couponCampaignInput } from '../../../src/loyalty/coupons/contract.ts';
import { priceOf } from '../../../src/loyalty/sales/actions.price-of.ts';
import { priceOfQuery } from '../../../src/loyalty/sales/contract.price-of.ts';
import { registerModules } from '../../../src/modules.ts';
import { createSegment } from '../../../src/segments/actions.ts';
import { segmentCreate } from '../../../src/segments/contract.ts';
import { as, person as clerk, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { refusal } from '../ledger/world.ts';
import { ask } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerModules();
});
afterAll(() => base.close());

async function buyer(city: string): Promise<string> {
  const [made] = await upsertContacts(base.ctx, [
    { name: city, city, externalIds: [{ namespace: 'user', id: newId() }] },
  ]);
  return made?.contactId ?? '';
}
const inCity = async (city: string): Promise<string> =>
  (
    await createSegment(
      base.ctx,
      segmentCreate.parse({
        kind: 'dynamic',
        name: `${city} ${newId()}`,
        rule: { type: 'attribute', field: 'city', op: 'is', value: city },
      }),
    )
  ).id;
const list = async (externalId: string, change: object, prices: object[]): Promise<string> => {
  const { id } = await createPriceList(
    base.ctx,
    priceListInput.parse({ externalId, name: externalId, ...change }),
  );
  await putPrices(
    base.ctx,
    id,
    prices.map((one) => priceInput.parse(one)),
  );
  return id;
};
const line = { product: 'sku', quantity: '1', unitPrice: '100.00' };
const priced = (productId: string, change: object = {}) =>
  priceOf(base.ctx, priceOfQuery.parse({ productId, ...change }));

test('the price of a product names its list, and why every other one does not count', async () => {
  const drinks = await createCategory(base.ctx, { name: 'Drinks', externalId: 'drinks', parentId: null });
  const made = await upsertProducts(base.ctx, [
    productInput.parse({ externalId: 'TEA', name: 'Tea', category: 'drinks', price: '10.00' }),
    productInput.parse({ externalId: 'LOOSE', name: 'Loose' }),
  ]);
  expect(drinks.externalId).toBe('drinks');
  const [tea, loose] = ['TEA', 'LOOSE'].map((code) => made.find(({ externalId }) => externalId === code));
  const [leeds, paris] = [await buyer('Leeds'), await buyer('Paris')];
  await list('all', {}, [{ percentOff: '5' }, { category: 'drinks', percentOff: '10' }]);
  await list('leeds', { segments: [await inCity('Leeds')] }, [
    { product: 'TEA', unitPrice: '8.00' },
    { product: 'TEA', unitPrice: '7.00', fromQuantity: '10' },
  ]);
  await list('past', { until: '2020-01-01T00:00:00Z' }, [{ product: 'TEA', unitPrice: '1.00' }]);
  const forLeeds = await priced(tea?.id ?? '', { contactId: leeds, quantity: '2' });
  expect(forLeeds).toMatchObject({
    ownPrice: '10',
    unitPrice: '8',
    listMinor: 2_000,
    priceMinor: 1_600,
    next: { fromQuantity: '10', unitPrice: '7' },
  });
  expect(forLeeds.candidates.map(({ listName, why }) => [listName, why])).toEqual([
    ['leeds', []],
    ['all', ['less_specific']],
    ['all', ['less_specific']],
    ['leeds', ['quantity']],
    ['past', ['ended']],
  ]);
  expect((await priced(tea?.id ?? '', { contactId: leeds, quantity: '10' })).unitPrice).toBe('7');
  const forParis = await priced(tea?.id ?? '', { contactId: paris });
  expect(forParis).toMatchObject({
    unitPrice: '9',
    candidates: [{ listName: 'all', of: 'category', why: [] }, {}, {}, {}, {}],
  });
  expect(forParis.candidates.find(({ listName }) => listName === 'leeds')?.why).toEqual(['segments']);
  expect(await refusal(priced(loose?.id ?? ''))).toBe('price_missing');
  const own = as(base.ctx, clerk('somebody', { role: 'manager', visibility: 'own' }));
  expect(await refusal(priceOf(own, priceOfQuery.parse({ productId: tea?.id, contactId: leeds })))).toBe(
    'contact_not_found',
  );
});

test('a code for a segment works for those who are in it, and for nobody else', async () => {
  const [oslo, bergen] = [await buyer('Oslo'), await buyer('Bergen')];
  const segment = await inCity('Oslo');
  const made = (code: string, conditions: object) =>
    createCouponCampaign(
      base.ctx,
      couponCampaignInput.parse({
        name: code,
        codeKind: 'generic',
        code,
        kind: 'percent',
        percent: 10,
        conditions,
      }),
    );
  await made('OSLO-ONLY', { segments: [segment] });
  await made('NOT-OSLO', { notSegments: [segment] });
  const paid = async (contactId: string, code: string): Promise<number> =>
    (
      await ask(base.ctx, {
        lines: [{ ...line, priceFixed: true }],
        unknownProducts: 'create',
        buyer: { contactId },
        codes: [code],
      })
    ).priced.totals.totalMinor;
  expect([await paid(oslo, 'OSLO-ONLY'), await paid(bergen, 'OSLO-ONLY')]).toEqual([9_000, 10_000]);
  expect([await paid(oslo, 'NOT-OSLO'), await paid(bergen, 'NOT-OSLO')]).toEqual([10_000, 9_000]);
});
