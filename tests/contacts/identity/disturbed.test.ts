import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { decide, mergeByHand } from '../../../src/contacts/identity/actions.reviews.ts';
import { unmergeContact } from '../../../src/contacts/identity/actions.unmerge.ts';
import { addEvidence, upsertContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { row } from '../../../src/core/db.ts';
import { registerModules } from '../../../src/modules.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerModules();
});
afterAll(() => base.close());

let serial = 0;
async function person(): Promise<string> {
  serial += 1;
  const [made] = await upsertContacts(base.ctx, [
    { name: `Person ${serial}`, externalIds: [{ namespace: 'user', id: `d-${serial}` }] },
  ]);
  return made?.contactId ?? '';
}

/** PostgreSQL chooses the first transaction as the one to give way, at its end. */
function disturbed(): Ctx {
  let left = 1;
  const db = new Proxy(base.ctx.db, {
    get: (target, key) => {
      if (key !== 'transaction') return Reflect.get(target, key);
      return (body: Parameters<Ctx['db']['transaction']>[0]) =>
        target.transaction(async (tx) => {
          const result = await body(tx);
          if (left-- > 0) throw Object.assign(new Error('deadlock detected'), { code: '40P01' });
          return result;
        });
    },
  });
  return { ...base.ctx, db };
}

const proven = (contactId: string, value: string, day: number) => ({
  contactId,
  kind: 'email',
  value,
  strength: 'strong' as const,
  source: 'shop',
  occurredAt: new Date(Date.UTC(2026, 1, day)),
});

test('a merge by hand, its undoing and both decisions are made though a deadlock undid them once', async () => {
  const [a, b] = [await person(), await person()];
  expect(await mergeByHand(disturbed(), a, { from: b, reason: 'test' })).toBe(a);
  expect(await unmergeContact(disturbed(), a, { node: b, reason: 'test' })).toMatchObject({ separated: [b] });
  for (const decision of ['keep-apart', 'merge'] as const) {
    const [one, other] = [await person(), await person()];
    const email = `${decision}@deadlock.org`;
    await addEvidence(base.ctx, [proven(one, email, 1), proven(other, email, 2)]);
    const { id } = await row<{ id: string }>(
      base.ctx.db,
      sql`select review_id as id from identity_review where state = 'open' and ${other}::uuid in (node_a, node_b)`,
    );
    const goesOn = await decide(disturbed(), id, { decision });
    if (decision === 'merge') expect([one, other]).toContain(goesOn);
    else expect(goesOn).toBeNull();
  }
});
