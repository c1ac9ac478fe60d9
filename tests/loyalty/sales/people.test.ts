import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eraseContacts, mergeContacts } from '../../../src/contacts/index.ts';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import { rows } from '../../../src/core/db.ts';
import { cancel } from '../../../src/loyalty/sales/actions.cancel.ts';
import { getSale } from '../../../src/loyalty/sales/actions.read.ts';
import { registerModules } from '../../../src/modules.ts';
import { person as clerk, as, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { refusal, sums } from '../ledger/world.ts';
import { ask, bringBack, buy, finish, goods, hold, member, program, till } from './world.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerModules();
});
afterAll(() => base.close());

test('sales follow their buyer through a merge and back; what was reserved before is committed, what was sold comes back', async () => {
  const programId = await program(base.ctx);
  const [a, b] = [await member(base.ctx, programId, 200), await member(base.ctx, programId, 200)];
  const cart = { ...goods(['10.00']), programId, buyer: { contactId: a }, spendPoints: 100 };
  const sold = await buy(base.ctx, cart);
  const held = await hold(base.ctx, cart);
  await mergeContacts(base.ctx, { from: a, to: b, reason: 'one person' });
  expect(await finish(base.ctx, held.id)).toMatchObject({ state: 'committed', contactId: b });
  expect((await bringBack(base.ctx, sold.id, { lines: 'all' })).worth).toMatchObject({
    points: 100,
    moneyMinor: 900,
  });
  expect(await sums(base.ctx, b)).toMatchObject({ available: 300, held: 0 });
  await unmergeContact(base.ctx, b, { node: a, reason: 'two after all' });
  expect(await getSale(base.ctx, sold.id)).toMatchObject({ contactId: a, state: 'returned' });
  expect(await cancel(till(base.ctx), held.id)).toMatchObject({ contactId: a, state: 'cancelled' });
  expect([await sums(base.ctx, a), await sums(base.ctx, b)]).toMatchObject([
    { available: 200 },
    { available: 200 },
  ]);
});

test('an erased buyer leaves the sale as nobody’s; it can still be looked at', async () => {
  const programId = await program(base.ctx);
  const contactId = await member(base.ctx, programId, 100);
  const sale = await buy(base.ctx, {
    ...goods(['10.00']),
    programId,
    buyer: { contactId },
    spendPoints: 100,
  });
  await bringBack(base.ctx, sale.id, { moneyMinor: 100 });
  await eraseContacts(base.ctx, [contactId]);
  const left = await getSale(base.ctx, sale.id);
  expect(left).toMatchObject({ contactId: null, state: 'partly_returned', refundedMinor: 100 });
  expect(left.returns).toHaveLength(1);
  const named = await rows(
    base.ctx.db,
    sql`select 1 as one from sale where request::text like ${`%${contactId}%`} or contact_id = ${contactId}::uuid`,
  );
  expect(named).toEqual([]);
});

test('a card is enough to be known at a till; whoever may not see a contact is told of no sale', async () => {
  const programId = await program(base.ctx);
  const contactId = await member(base.ctx, programId, 50);
  const [card] = await rows<{ card: string }>(
    base.ctx.db,
    sql`select card_number as card from loyalty_member where contact_id = ${contactId}::uuid`,
  );
  const shown = (card?.card ?? '').replaceAll(/(\d{4})/g, '$1 ').trim();
  const asked = await ask(base.ctx, { ...goods(['10.00']), buyer: { card: shown } });
  expect(asked).toMatchObject({ contactId, programId, pointsAvailable: 50 });
  const sale = await buy(base.ctx, { ...goods(['10.00']), buyer: { card: shown } });
  const own = as(base.ctx, clerk('somebody', { role: 'manager', visibility: 'own' }));
  expect(await refusal(getSale(own, sale.id))).toBe('sale_not_found');
  const all = as(base.ctx, clerk('somebody', { role: 'manager', visibility: 'all' }));
  expect((await getSale(all, sale.id)).contactId).toBe(contactId);
});
