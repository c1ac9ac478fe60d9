import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import {
  capFamilyMember,
  getFamily,
  joinFamily,
  leaveFamily,
} from '../../../src/loyalty/ledger/actions.family.ts';
import { registerLoyalty } from '../../../src/loyalty/index.ts';
import { as, person, testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { member, program } from '../sales/world.ts';

let base: TestBase;
let programId: string;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  registerLoyalty();
  programId = await program(base.ctx);
});
afterAll(() => base.close());

async function contactOf(ownerId: string, name: string): Promise<string> {
  const contactId = await member(base.ctx, programId, 10);
  await base.ctx.db.execute(
    sql`update contact set owner_id = ${ownerId}, name = ${name} where contact_id = ${contactId}::uuid`,
  );
  return contactId;
}

test('whoever sees one of a shared wallet is told no names of those they may not see, whatever they do with it', async () => {
  const [mine, theirs, nameless] = [
    await contactOf('me', 'Mine'),
    await contactOf('other', 'Secret Person'),
    await contactOf('me', ''),
  ];
  for (const contactId of [theirs, mine, nameless]) {
    await joinFamily(base.ctx, { programId, ownerId: theirs, contactId, monthlyCap: null });
    base.clock.advance(1_000);
  }
  const manager: Ctx = as(base.ctx, person('me', { role: 'manager', visibility: 'own' }));
  const marketer: Ctx = as(base.ctx, person('me', { role: 'marketer', visibility: 'own' }));
  const namesOf = async (answer: ReturnType<typeof getFamily>) =>
    (await answer).members.map(({ contactId, name }) => [contactId, name]);
  const all = [
    [theirs, null],
    [mine, 'Mine'],
    [nameless, ''],
  ];
  expect(await namesOf(getFamily(manager, mine, programId))).toEqual(all);
  expect(await namesOf(capFamilyMember(marketer, { programId, contactId: mine, monthlyCap: 5 }))).toEqual(
    all,
  );
  expect(await namesOf(leaveFamily(marketer, { programId, contactId: mine, split: 'none' }))).toEqual([
    [theirs, null],
    [nameless, ''],
  ]);
  expect(await namesOf(getFamily(base.ctx, nameless, programId))).toEqual([
    [theirs, 'Secret Person'],
    [nameless, ''],
  ]);
});
