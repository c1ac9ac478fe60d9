import { sql } from 'drizzle-orm';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeContacts, registerContacts } from '../../../src/contacts/index.ts';
import type { Ctx } from '../../../src/core/ctx.ts';
import { inTx } from '../../../src/core/ctx.ts';
import { row, rows } from '../../../src/core/db.ts';
import { DomainError } from '../../../src/core/errors.ts';
import { newId } from '../../../src/core/ids.ts';
import { joinFamily, leaveFamily } from '../../../src/loyalty/ledger/actions.family.ts';
import { post } from '../../../src/loyalty/ledger/actions.post.ts';
import { verifyLedger } from '../../../src/loyalty/ledger/actions.verify.ts';
import { registerPoints } from '../../../src/loyalty/ledger/index.ts';
import type { Movement } from '../../../src/loyalty/ledger/movement.ts';
import { buyerFactsOf } from '../../../src/loyalty/sales/store.facts.ts';
import { testBase } from '../../support/ctx.ts';
import type { TestBase } from '../../support/ctx.ts';
import { people, program, refusal, total } from './world.ts';

/** What random people do with points, shared wallets and each other; the same in two programs, so that the ends can be compared. */

let base: TestBase;
beforeAll(async () => {
  base = await testBase();
  registerContacts();
  registerPoints();
});
afterAll(() => base.close());

const PEOPLE = 4;
const person = fc.nat({ max: PEOPLE - 1 });
const nth = fc.nat({ max: 7 });
const points = fc.integer({ min: 1, max: 100 });
type Step = { does: string; who: number; whom: number; nth: number; points: number };
const stepOf = (kinds: readonly string[]): fc.Arbitrary<Step> =>
  fc.record({ does: fc.constantFrom(...kinds), who: person, whom: person, nth, points });

const OWN = ['earn', 'earn', 'earn', 'spend', 'spend', 'hold', 'capture', 'free', 'back', 'keep'];
const SHARED = ['join', 'join own', 'join own', 'leave own'];
const GIVING = ['transfer', 'leave equal', 'leave none'];

type Did = { who: string; key: string; points: number };
type World = { programId: string; earned: Did[]; spent: Did[]; held: Did[] };

/** True unless it was refused. */
async function tried(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof DomainError) return false;
    throw error;
  }
}

async function take(ctx: Ctx, world: World, ids: readonly string[], step: Step, n: number): Promise<void> {
  const { programId, earned, spent, held } = world;
  const [who = '', whom = ''] = [ids[step.who], ids[step.whom]];
  const of = { contactId: who, programId };
  const amount = BigInt(step.points);
  const does = (movement: Movement) => tried(post(ctx, [movement]));
  const did = { who, key: `${step.does}${n}`, points: step.points };
  const pick = (list: readonly Did[]) => list[step.nth % Math.max(list.length, 1)];
  const [order, sale, hold] = [pick(earned), pick(spent), pick(held)];
  switch (step.does) {
    case 'earn':
      if (await does({ ...of, kind: 'accrue', key: did.key, points: amount })) earned.push(did);
      break;
    case 'spend':
      if (await does({ ...of, kind: 'redeem', key: did.key, points: amount })) spent.push(did);
      break;
    case 'hold':
      if (await does({ ...of, kind: 'hold', key: did.key, points: amount, ttlS: 600 })) held.push(did);
      break;
    case 'capture':
      if (hold === undefined) break;
      if (
        await does({
          contactId: hold.who,
          programId,
          kind: 'redeem',
          key: did.key,
          hold: hold.key,
          points: BigInt(hold.points),
        })
      )
        spent.push({ ...hold, key: did.key });
      break;
    case 'free':
      if (hold !== undefined)
        await does({ contactId: hold.who, programId, kind: 'release', key: did.key, hold: hold.key });
      break;
    case 'back':
      if (sale !== undefined) {
        const some = Math.min(sale.points, step.points);
        if (some > 0 && (await does(backOf(world, sale, did.key, some)))) sale.points -= some;
      }
      break;
    case 'keep':
      if (order !== undefined) await does(keepOf(world, order, did.key, step.points));
      break;
    case 'transfer':
      await does({
        ...of,
        kind: 'transfer',
        key: did.key,
        points: amount,
        to: { contactId: whom, programId },
      });
      break;
    case 'join':
    case 'join own':
      await tried(joinFamily(ctx, { ...of, ownerId: step.does === 'join' ? whom : who, monthlyCap: null }));
      break;
    default:
      await tried(
        leaveFamily(ctx, {
          ...of,
          split: step.does === 'leave own' ? 'own' : step.does === 'leave none' ? 'none' : 'equal',
        }),
      );
  }
}

const backOf = ({ programId }: World, sale: Did, key: string, some: number): Movement => ({
  contactId: sale.who,
  programId,
  kind: 'return',
  key,
  spend: sale.key,
  points: BigInt(some),
});
const keepOf = ({ programId }: World, order: Did, key: string, keep: number): Movement => ({
  contactId: order.who,
  programId,
  kind: 'reduce',
  key,
  source: order.key,
  keep: BigInt(keep),
});

/** Lives a history in as many programs as there are worlds; people are merged once for all. */
async function live(steps: readonly Step[], worlds: number): Promise<{ ids: string[]; lived: World[] }> {
  const { ctx } = base;
  const ids = await people(ctx, PEOPLE);
  const lived: World[] = [];
  for (let i = 0; i < worlds; i += 1)
    lived.push({ programId: await program(ctx), earned: [], spent: [], held: [] });
  for (const [n, step] of steps.entries()) {
    base.clock.advance(1_000);
    if (step.does === 'merge') {
      const [from = '', to = ''] = [ids[step.who], ids[step.whom]];
      await tried(mergeContacts(ctx, { from, to, reason: 'test' }));
    } else for (const world of lived) await take(ctx, world, ids, step, n);
  }
  return { ids, lived };
}

type Left = { contact: string; kind: string; pending: number; available: number; held: number; debt: number };
const left = (programId: string): Promise<Left[]> =>
  rows<Left>(
    base.ctx.db,
    sql`select contact_id as contact, kind, sum(pending)::int as pending, sum(available)::int as available,
      sum(held)::int as held, sum(debt)::int as debt
      from wallet where program_id = ${programId}::uuid group by 1, 2 order by 1, 2`,
  );

/** Of all that was done, once: every history stays in the books. */
async function mustBeSound(): Promise<void> {
  expect((await verifyLedger(base.ctx, new AbortController().signal)).samples).toEqual([]);
  expect(await total(base.ctx)).toBe(0);
}

/** What can be spent by the facts of a sale is what the ledger lets the contact spend, and not a point more. */
async function mustSpendAsSaid(ids: readonly string[], { programId }: World): Promise<void> {
  for (const id of ids) {
    const { present } = await row<{ present: string }>(
      base.ctx.db,
      sql`select coalesce(merged_into, contact_id) as present from contact where contact_id = ${id}::uuid`,
    );
    const [fact] = await buyerFactsOf(base.ctx, [{ contactId: present, programId }]);
    const there = BigInt(fact?.programs[0]?.points ?? 0);
    const spend = (all: bigint) =>
      refusal(
        inTx(base.ctx, async (tx) => {
          await post(tx, [{ contactId: id, programId, kind: 'redeem', key: newId(), points: all }]);
          throw new DomainError({ code: 'undone', status: 409, detail: '' });
        }),
      );
    if (there > 0n) expect(await spend(there)).toBe('undone');
    expect(await spend(there + 1n)).toBe('insufficient_points');
  }
}

/** Each run is a history in the database: what fails is told as it was, for shrinking takes minutes. */
const RUNS = { numRuns: 12, endOnFailure: true };

test('whatever people do alone, together and as one, the books are sound and what sales are told can be spent can', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(stepOf([...OWN, ...SHARED, ...GIVING, 'merge']), { minLength: 8, maxLength: 30 }),
      async (steps) => {
        const { ids, lived } = await live(steps, 1);
        for (const world of lived) await mustSpendAsSaid(ids, world);
      },
    ),
    RUNS,
  );
  await mustBeSound();
});

test('an order that comes back whole leaves nothing of what it earned, wherever it went, unless it was given away', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(stepOf([...OWN, ...SHARED, ...GIVING, 'merge']), { minLength: 8, maxLength: 30 }),
      fc.infiniteStream(fc.nat()),
      async (steps, dice) => {
        const { lived } = await live(steps, 1);
        for (const world of lived) {
          for (const [n, sale] of world.spent.entries())
            if (sale.points > 0) await post(base.ctx, [backOf(world, sale, `all${n}`, sale.points)]);
          for (const one of world.held)
            await tried(
              post(base.ctx, [
                {
                  contactId: one.who,
                  programId: world.programId,
                  kind: 'release',
                  key: newId(),
                  hold: one.key,
                },
              ]),
            );
          const roll = () => dice.next().value ?? 0;
          const orders = world.earned
            .map((order) => ({ order, place: roll() }))
            .toSorted((a, b) => a.place - b.place);
          for (const { order } of orders) await post(base.ctx, [keepOf(world, order, newId(), 0)]);
          const { given, there } = await row<{ given: number; there: number }>(
            base.ctx.db,
            sql`select
              (select coalesce(sum(earned), 0)::int from lot where program_id = ${world.programId}::uuid
                and (source like 'transfer%' or source like 'family:%')) as given,
              (select coalesce(sum(available + pending + held), 0)::int from wallet
                where program_id = ${world.programId}::uuid) as there`,
          );
          expect(there).toBeLessThanOrEqual(given);
        }
      },
    ),
    RUNS,
  );
  await mustBeSound();
});

test('any order of the same returns ends the same, whoever has left with what is theirs', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(stepOf([...OWN.filter((one) => one !== 'keep'), ...SHARED, 'transfer', 'merge']), {
        minLength: 8,
        maxLength: 30,
      }),
      fc.infiniteStream(fc.nat()),
      async (steps, dice) => {
        const { lived } = await live(steps, 2);
        const [one, other] = lived;
        if (one === undefined || other === undefined) return;
        const roll = () => dice.next().value ?? 0;
        const keeps = one.earned.map((order) => ({ order, keep: roll() % (order.points + 1) }));
        const backs = one.spent.map((sale, i) => ({
          sale: { ...sale, key: other.spent[i]?.key ?? '' },
          some: roll() % (sale.points + 1),
        }));
        const returns = [
          ...keeps.map(
            ({ order, keep }) =>
              (world: World) =>
                keepOf(world, order, newId(), keep),
          ),
          ...backs
            .filter(({ some }) => some > 0)
            .map(
              ({ sale, some }) =>
                (world: World) =>
                  backOf(world, sale, newId(), some),
            ),
        ].map((movement) => ({ movement, place: roll() }));
        for (const { movement } of returns) await post(base.ctx, [movement(one)]);
        for (const { movement } of returns.toSorted((x, y) => x.place - y.place))
          await post(base.ctx, [movement(other)]);
        expect(await left(other.programId)).toEqual(await left(one.programId));
      },
    ),
    RUNS,
  );
  await mustBeSound();
});
