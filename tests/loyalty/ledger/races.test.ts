import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ctx } from '../../../src/core/ctx.ts';
import { openDatabase } from '../../../src/core/db.ts';
import type { Database } from '../../../src/core/db.ts';
import { joinFamily, leaveFamily } from '../../../src/loyalty/ledger/actions.family.ts';
import { post, postMany } from '../../../src/loyalty/ledger/actions.post.ts';
import type { Movement } from '../../../src/loyalty/ledger/movement.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { one, people, person, program, refusal, sums, total } from './world.ts';

const WORKERS = 20;

let base: TestBase;
/** A connection of its own for each worker. */
let databases: Database[];
let workers: Ctx[];
beforeAll(async () => {
  base = await testBase();
  databases = Array.from({ length: WORKERS }, () => openDatabase(base.database.url, { poolSize: 1 }));
  workers = databases.map(({ db }) => ({ ...base.ctx, db }));
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await base.close();
});

test('20 parallel spends of 100 from a wallet of 100: one succeeds, 19 are refused, the sum is as it was', async () => {
  const who = { contactId: await person(base.ctx), programId: await program(base.ctx) };
  await one(base.ctx, { ...who, kind: 'accrue', key: 'a', points: 100n });
  const answers = await Promise.all(
    workers.map((worker, i) => refusal(one(worker, { ...who, kind: 'redeem', key: `r${i}`, points: 100n }))),
  );
  expect(answers.toSorted()).toEqual([...Array.from({ length: 19 }, () => 'insufficient_points'), 'none']);
  expect(await sums(base.ctx, who.contactId)).toEqual({ pending: 0, available: 0, held: 0, debt: 0 });
  expect(await total(base.ctx)).toBe(0);
});

test('20 parallel first movements of a new contact make one wallet, and the same key counts once', async () => {
  const who = { contactId: await person(base.ctx), programId: await program(base.ctx) };
  const answers = await Promise.all(
    workers.map((worker, i) => one(worker, { ...who, kind: 'accrue', key: `k${i % 4}`, points: 10n })),
  );
  expect(answers.filter(({ repeated }) => repeated)).toHaveLength(16);
  expect(await sums(base.ctx, who.contactId)).toMatchObject({ available: 40 });
});

test('500 operations over 80 wallets by 20 workers, each reversed twice at once: 500 succeed, 500 are refused, the total is zero', async () => {
  const programId = await program(base.ctx, { debt: { kind: 'allow', limit: 1_000_000 } });
  const wallets = await people(base.ctx, 80);
  await postMany(
    base.ctx,
    wallets.map((contactId) => [{ kind: 'accrue', contactId, programId, key: 'start', points: 1_000n }]),
  );
  const before = await Promise.all(wallets.map((contactId) => sums(base.ctx, contactId)));
  const operations = Array.from({ length: 500 }, (_, i): Movement => {
    const who = { contactId: wallets[(i * 37) % 80] ?? '', programId, key: `op${i}` };
    if (i % 3 === 0) return { ...who, kind: 'accrue', points: BigInt(1 + (i % 90)) };
    if (i % 3 === 1) return { ...who, kind: 'redeem', points: BigInt(1 + (i % 70)) };
    return { ...who, kind: 'adjust', points: BigInt(i % 2 === 0 ? 7 : -7), reason: 'test' };
  });
  const shared = operations.entries();
  const done: Array<{ movement: Movement; entryId: string; occurredAt: Date }> = [];
  await Promise.all(
    workers.map(async (worker) => {
      for (const [, movement] of shared) {
        const { entries } = await one(worker, movement);
        for (const entry of entries) done.push({ movement, ...entry });
      }
    }),
  );
  expect(done).toHaveLength(500);
  const turns = done.flatMap((entry, i) => [
    { ...entry, by: i % WORKERS },
    { ...entry, by: (i + 7) % WORKERS },
  ]);
  const answers = await Promise.all(
    workers.map(async (worker, i) => {
      const own: string[] = [];
      for (const { movement, entryId, occurredAt, by } of turns) {
        if (by !== i) continue;
        const { contactId } = movement;
        const key = `reverse:${entryId} by ${i}`;
        own.push(
          await refusal(one(worker, { kind: 'reverse', contactId, programId, key, entryId, occurredAt })),
        );
      }
      return own;
    }),
  );
  const counts = Map.groupBy(answers.flat(), (answer) => answer);
  expect(
    [...counts]
      .map(([answer, list]) => [answer, list.length] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ).toEqual([
    ['entry_already_reversed', 500],
    ['none', 500],
  ]);
  expect(await Promise.all(wallets.map((contactId) => sums(base.ctx, contactId)))).toEqual(before);
  expect(await total(base.ctx)).toBe(0);
});

test('transfers in circles by 20 workers neither lose nor make points, and nobody waits for ever', async () => {
  const programId = await program(base.ctx);
  const ring = await people(base.ctx, 5);
  await postMany(
    base.ctx,
    ring.map((contactId) => [{ kind: 'accrue', contactId, programId, key: 'start', points: 100n }]),
  );
  await Promise.all(
    workers.map(async (worker, i) => {
      for (let n = 0; n < 10; n++) {
        const [from = '', to = ''] = [ring[(i + n) % 5], ring[(i + 2 * n + 1) % 5]];
        if (from === to) continue;
        await refusal(
          post(worker, [
            {
              kind: 'transfer',
              contactId: from,
              programId,
              key: `${i} ${n}`,
              points: 30n,
              to: { contactId: to, programId },
            },
          ]),
        );
      }
    }),
  );
  const after = await Promise.all(ring.map((contactId) => sums(base.ctx, contactId)));
  expect(after.reduce((sum, { available }) => sum + available, 0)).toBe(500);
  expect(await total(base.ctx)).toBe(0);
});

test('what was bought in a shared wallet that was left comes back by 20 workers at once, with the orders that earned it: nothing is left of them', async () => {
  const programId = await program(base.ctx);
  const [mother = '', son = ''] = await people(base.ctx, 2);
  for (const contactId of [mother, son])
    await joinFamily(base.ctx, { programId, ownerId: mother, contactId, monthlyCap: null });
  const of = { son: { contactId: son, programId }, mother: { contactId: mother, programId } };
  const does = async (movement: Movement) => {
    base.clock.advance(1_000);
    return one(base.ctx, movement);
  };
  for (let i = 0; i < 5; i += 1) await does({ ...of.son, kind: 'accrue', key: `A${i}`, points: 40n });
  await does({ ...of.mother, kind: 'accrue', key: 'M', points: 100n });
  const spends = [
    ...Array.from({ length: 10 }, (_, i) => ({ ...of.son, key: `son ${i}`, points: 15n })),
    ...Array.from({ length: 5 }, (_, i) => ({ ...of.mother, key: `mother ${i}`, points: 20n })),
  ];
  for (const spend of spends) await does({ ...spend, kind: 'redeem' });
  await leaveFamily(base.ctx, { ...of.son, split: 'own' });
  base.clock.advance(1_000);
  const returns: Movement[] = [
    ...spends.flatMap(({ key, points, ...who }) =>
      [5n, points - 5n].map((part, i): Movement => ({
        ...who,
        kind: 'return',
        key: `${key} back ${i}`,
        spend: key,
        points: part,
      })),
    ),
    ...Array.from({ length: 5 }, (_, i) =>
      [17n, 0n].map((keep): Movement => ({
        ...of.son,
        kind: 'reduce',
        key: `A${i} ${keep}`,
        source: `A${i}`,
        keep,
      })),
    ).flat(),
  ];
  const shared = returns.map((_, i) => returns[(i * 7) % returns.length] ?? returns[0]).entries();
  await Promise.all(
    workers.map(async (worker) => {
      for (const [, movement] of shared) if (movement !== undefined) await one(worker, movement);
    }),
  );
  expect((await sums(base.ctx, mother)).available).toBe(100);
  expect((await sums(base.ctx, son)).available).toBe(0);
  expect((await verifyLedger(base.ctx, new AbortController().signal)).samples).toEqual([]);
  expect(await total(base.ctx)).toBe(0);
});
