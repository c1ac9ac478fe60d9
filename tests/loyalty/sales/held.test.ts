import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { inTx } from '../../../src/core/ctx.ts';
import { row } from '../../../src/core/db.ts';
import { newId } from '../../../src/core/ids.ts';
import { registerModules } from '../../../src/modules.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { until } from '../../support/until.ts';
import { refusal } from '../ledger/world.ts';
import { buy, goods, member, number, program } from './world.ts';
import type { Body } from './world.ts';

/** One sale that has to wait, or that the database gives up, is nobody else's trouble. */

let base: TestBase;
let ctx: Ctx;
let programId: string;
beforeAll(async () => {
  base = await testBase({ OTKLIK_SECRET: 'a secret of the tests, long enough' });
  ctx = base.ctx;
  registerModules();
  programId = await program(ctx, {}, { currency: ctx.config.baseCurrency });
});
afterAll(() => base.close());

const people = (count: number) => Promise.all(Array.from({ length: count }, () => member(ctx, programId)));
const cart = (contactId: string, change: Body = {}): Body => ({
  ...goods(['10.00']),
  programId,
  buyer: { contactId },
  ...change,
});

/** Holds contacts as a merge does, until told to let go. */
async function held(ids: readonly string[]): Promise<{ letGo: () => Promise<void> }> {
  const gate = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holder = inTx(ctx, async (tx) => {
    await tx.db.execute(
      sql`select 1 from contact where contact_id = any(${`{${ids.join(',')}}`}::uuid[]) for update`,
    );
    locked.resolve();
    await gate.promise;
  });
  await locked.promise;
  return {
    letGo: async () => {
      gate.resolve();
      await holder;
    },
  };
}
const waitFor = (count: number) =>
  until(`${count} wait for a lock`, async () => {
    const { n } = await row<{ n: number }>(
      ctx.db,
      sql`select count(*)::int as n from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return n >= count;
  });

test('buyers whom somebody holds stop nobody else, however many they are and however often their tills ask again', async () => {
  const [first = '', second = '', third = '', ...others] = await people(6);
  const holder = await held([first, second, third]);
  const again = { ...cart(first), ...number() };
  const waiting = [buy(ctx, again)];
  await waitFor(1);
  waiting.push(buy(ctx, cart(second)));
  await waitFor(2);
  waiting.push(buy(ctx, again), buy(ctx, cart(first)), buy(ctx, cart(third)));
  const ends = [...others.map((id) => cart(id)), goods(['1.00'])].map((body) => refusal(buy(ctx, body)));
  expect(await Promise.all(ends)).toEqual(ends.map(() => 'none'));
  await holder.letGo();
  const sold = await Promise.all(waiting);
  expect(sold[2]?.id).toBe(sold[0]?.id);
  expect(new Set(sold.map(({ id }) => id)).size).toBe(4);
});

test('a statement that is called off because of one sale refuses no other of its batch', async () => {
  await ctx.db.execute(sql`
    create function cancel_sale() returns trigger language plpgsql as $$
      begin if new.external_id like 'slow%' then raise exception 'too long' using errcode = '57014'; end if; return new; end $$`);
  await ctx.db.execute(
    sql`create trigger cancel_sale before insert on sale for each row execute function cancel_sale()`,
  );
  const [slow = '', ...others] = await people(5);
  const ends = await Promise.allSettled([
    buy(ctx, cart(slow, { source: 'slow', externalId: `slow ${newId()}` })),
    ...others.map((id) => buy(ctx, cart(id))),
  ]);
  expect(ends.map(({ status }) => status)).toEqual(['rejected', ...others.map(() => 'fulfilled')]);
});
