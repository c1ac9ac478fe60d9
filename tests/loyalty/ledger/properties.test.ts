import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId } from '../../../src/core/ids.ts';
import { spendablePoints } from '../../../src/loyalty/ledger/book.ts';
import type { Book } from '../../../src/loyalty/ledger/book.ts';
import type { Movement } from '../../../src/loyalty/ledger/movement.ts';
import { attempt, DAY_MS, mustBeSound, openBook, START } from './book.world.ts';

const who = { contactId: 'c', programId: 'p' };
const points = fc.integer({ min: 1, max: 120 }).map(BigInt);
const nth = fc.integer({ min: 0, max: 5 });
type Step = { days: number; wallet: number; movement: (n: number) => Movement };
const step: fc.Arbitrary<Step> = fc.record({
  days: fc.constantFrom(0, 0, 0, 1, 9, 31),
  wallet: fc.constantFrom(0, 0, 1),
  movement: fc.oneof(
    fc.tuple(points, nth).map(([p, s]) => (n: number): Movement => ({
      ...who,
      kind: 'accrue',
      key: `k${n}`,
      points: p,
      source: `s${s}`,
    })),
    points.map((p) => (n: number): Movement => ({ ...who, kind: 'redeem', key: `r${n % 6}`, points: p })),
    fc.tuple(points, nth).map(([p, s]) => (n: number): Movement => ({
      ...who,
      kind: 'redeem',
      key: `q${n}`,
      points: p,
      hold: `h${s}`,
    })),
    points.map((p) => (n: number): Movement => ({
      ...who,
      kind: 'hold',
      key: `h${n % 6}`,
      points: p,
      ttlS: 100_000,
    })),
    nth.map((s) => (n: number): Movement => ({ ...who, kind: 'release', key: `x${n}`, hold: `h${s}` })),
    fc.tuple(points, nth).map(([p, s]) => (n: number): Movement => ({
      ...who,
      kind: 'return',
      key: `b${n}`,
      points: p,
      spend: `r${s}`,
    })),
    fc.tuple(points, nth).map(([p, s]) => (n: number): Movement => ({
      ...who,
      kind: 'reduce',
      key: `d${n}`,
      keep: p - 1n,
      source: `s${s}`,
    })),
    fc.tuple(points, nth).map(([p, s]) => (n: number): Movement => ({
      ...who,
      kind: 'activate',
      key: `a${n}`,
      points: p,
      source: `s${s}`,
      releaseRest: true,
    })),
    nth.map((s) => (n: number): Movement => ({ ...who, kind: 'cancel', key: `c${n}`, source: `s${s}` })),
    fc.tuple(points, fc.boolean()).map(([p, up]) => (n: number): Movement => ({
      ...who,
      kind: 'adjust',
      key: `j${n}`,
      points: up ? p : -p,
    })),
    fc.constant((): Movement => ({
      ...who,
      kind: 'sweep',
      key: '',
      activate: true,
      expire: true,
      holds: true,
    })),
  ),
});
const settings = fc.record({
  pending: fc.constantFrom(
    { kind: 'days', days: 0 },
    { kind: 'days', days: 3 },
    { kind: 'event', event: 'delivered', maxDays: 20 },
  ),
  expiry: fc.constantFrom(
    { kind: 'never' },
    { kind: 'term', unit: 'months', count: 1 },
    { kind: 'dates', dates: ['02-28', '03-31'], minDays: 5 },
    { kind: 'inactivity', unit: 'days', count: 20 },
  ),
  debt: fc.constantFrom({ kind: 'refuse' }, { kind: 'allow', limit: 100 }),
  returnedExpired: fc.constantFrom({ kind: 'expire' }, { kind: 'extend', days: 5 }),
});

function run(
  given: Record<string, unknown>,
  steps: readonly Step[],
  sweeps: boolean,
): { book: Book; done: boolean[] } {
  let book = openBook(given);
  const ids = [...book.wallets.keys()];
  const done = steps.map(({ days, wallet, movement }, n) => {
    book.now = new Date(book.now.getTime() + days * DAY_MS);
    book.mine = ids[wallet] ?? '';
    if (sweeps)
      book = attempt(book, {
        ...who,
        kind: 'sweep',
        key: '',
        activate: true,
        expire: true,
        holds: true,
      }).book;
    const tried = attempt(book, movement(n));
    book = tried.book;
    return tried.done;
  });
  return { book, done };
}

describe('whatever is done', () => {
  test('entries come to zero, no account falls below its floor, and sums are what their postings say', () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 40 }), (given, steps) => {
        mustBeSound(run(given, steps, false).book);
      }),
      { numRuns: 300 },
    );
  });

  test('what can be spent is the same whether the job runs before every movement or never', () => {
    fc.assert(
      fc.property(settings, fc.array(step, { maxLength: 30 }), (given, steps) => {
        const spends = steps.filter(({ movement }) =>
          ['accrue', 'redeem', 'hold', 'adjust'].includes(movement(0).kind),
        );
        const never = run(given, spends, false);
        const always = run(given, spends, true);
        expect(always.done).toEqual(never.done);
        const last = (book: Book) =>
          attempt(book, { ...who, kind: 'sweep', key: '', activate: true, holds: true }).book;
        expect(spendablePoints(last(always.book))).toBe(spendablePoints(last(never.book)));
      }),
      { numRuns: 300 },
    );
  });
});

const shape = (book: Book) => ({
  wallets: [...book.wallets.values()].map(({ pending, available, held, debt, forgiven }) => [
    pending,
    available,
    held,
    debt,
    forgiven.reduce((sum, one) => sum + one.points, 0n),
  ]),
  lots: [...book.lots.values()].map(({ source, remaining, pending, reduced }) => [
    source,
    remaining,
    pending,
    reduced,
  ]),
});

/** Over all wallets: pending, available, held, debt, and what may be recovered. */
const allOf = (book: Book): bigint[] =>
  shape(book).wallets.reduce((all, one) => all.map((sum, i) => sum + (one[i] ?? 0n)));

type Time = { earned: bigint[]; spent: Array<{ some: bigint; held: string }>; early: number[] };

/** Orders, purchases and returns, time after time. `some` of what may still come back, and the `rest` of it. */
function lived(
  empty: Book,
  times: readonly Time[],
  roll: () => number,
): { book: Book; some: Movement[]; rest: Movement[] } {
  let book = empty;
  const ids = [...book.wallets.keys()];
  const [some, rest]: [Movement[], Movement[]] = [[], []];
  const does = (movement: Movement) => {
    book.now = new Date(book.now.getTime() + 1_000);
    book.mine = ids[roll() % 2] ?? '';
    const tried = attempt(book, movement);
    book = tried.book;
    return tried.done;
  };
  const keep = (source: string, points_: bigint): Movement => ({
    ...who,
    kind: 'reduce',
    key: newId(),
    source,
    keep: points_,
  });
  const orders: Array<{ source: string; earned: bigint }> = [];
  const early = (list: readonly number[]) => {
    for (const n of list) {
      const order = orders[n % Math.max(orders.length, 1)];
      if (order !== undefined) does(keep(order.source, BigInt(roll()) % (order.earned + 1n)));
    }
  };
  for (const [t, time] of times.entries()) {
    for (const [i, earned] of time.earned.entries()) {
      const source = `s${t} ${i}`;
      does({ ...who, kind: 'accrue', key: source, points: earned });
      orders.push({ source, earned });
      if (roll() % 2 === 0) some.push(keep(source, BigInt(roll()) % (earned + 1n)));
      rest.push(keep(source, 0n));
    }
    for (const [i, { some: all, held }] of time.spent.entries()) {
      const [key, hold] = [`r${t} ${i}`, held === 'no' ? undefined : `h${t} ${i}`];
      if (hold !== undefined && !does({ ...who, kind: 'hold', key: hold, points: all, ttlS: 9_999 }))
        continue;
      early(time.early.slice(0, 1));
      if (held === 'left') {
        (roll() % 2 === 0 ? some : rest).push({ ...who, kind: 'release', key: newId(), hold: hold ?? '' });
      } else if (does({ ...who, kind: 'redeem', key, points: all, hold })) {
        const first = BigInt(roll()) % (all + 1n);
        const back = (back_: bigint): Movement => ({
          ...who,
          kind: 'return',
          key: newId(),
          spend: key,
          points: back_,
        });
        if (first > 0n) some.push(back(first));
        if (first < all) rest.push(back(all - first));
      }
    }
    early(time.early);
  }
  return { book, some, rest };
}

describe('any order of the same returns ends the same', () => {
  const orders = fc.array(
    fc.record({ earned: points, kept: fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 3 }) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  );

  test('of what orders earned, spent or not, with and without debt', () => {
    fc.assert(
      fc.property(settings, orders, points, fc.infiniteStream(fc.nat()), (given, told, spent, dice) => {
        let book = openBook(given, 1);
        for (const [i, { earned }] of told.entries())
          book = attempt(book, { ...who, kind: 'accrue', key: `s${i}`, points: earned }).book;
        book = attempt(book, { ...who, kind: 'redeem', key: 'r', points: spent }).book;
        // Returns say what stays in all: cumulative, so the smallest is the last word.
        const returns = told.flatMap(({ kept }, i) =>
          kept
            .toSorted((a, b) => b - a)
            .map((keep, n): Movement => ({
              ...who,
              kind: 'reduce',
              key: `${i} ${n}`,
              source: `s${i}`,
              keep: BigInt(keep),
            })),
        );
        const roll = () => dice.next().value ?? 0;
        const shuffled = returns
          .map((movement) => ({ movement, place: roll() }))
          .toSorted((a, b) => a.place - b.place)
          .map(({ movement }) => movement);
        const end = (list: readonly Movement[]) =>
          list.reduce((at, movement) => attempt(at, movement).book, book);
        const [one, other] = [end(returns), end(shuffled)];
        expect(shape(other).wallets).toEqual(shape(one).wallets);
        expect([...other.lots.values()].map(({ reduced }) => reduced)).toEqual(
          [...one.lots.values()].map(({ reduced }) => reduced),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('of what orders earned and of what was bought with it; when all is back nothing is left', () => {
    const told = fc.record({
      earned: fc.array(points, { minLength: 1, maxLength: 3 }),
      spent: fc.array(fc.record({ some: points, held: fc.constantFrom('no', 'used', 'left') }), {
        maxLength: 3,
      }),
      early: fc.array(nth, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        fc.constantFrom({ kind: 'refuse' }, { kind: 'allow', limit: 40 }, { kind: 'allow', limit: 1_000 }),
        fc.array(told, { minLength: 1, maxLength: 3 }),
        fc.infiniteStream(fc.nat()),
        (debt, times, dice) => {
          const roll = () => dice.next().value ?? 0;
          const { book, some, rest } = lived(openBook({ debt }, 2), times, roll);
          mustBeSound(book);
          const end = (movements: readonly Movement[], from: Book): Book => {
            const order = movements.map((movement) => ({ movement, place: roll() }));
            return order
              .toSorted((a, b) => a.place - b.place)
              .reduce((at, { movement }) => attempt(at, movement).book, from);
          };
          const [one, other] = [end(some, book), end(some, book)];
          expect(allOf(other)).toEqual(allOf(one));
          mustBeSound(other);
          expect(allOf(end(rest, one))).toEqual([0n, 0n, 0n, 0n, 0n]);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('of redeemed points, lot by lot', () => {
    fc.assert(
      fc.property(
        fc.array(points, { minLength: 1, maxLength: 5 }),
        fc.array(points, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        (earned, back, turn) => {
          let book = openBook({}, 1);
          for (const [i, p] of earned.entries())
            book = attempt(book, {
              ...who,
              kind: 'accrue',
              key: `s${i}`,
              points: p,
              expiresAt: new Date(START.getTime() + (1 + ((i * 7 + turn) % 9)) * DAY_MS),
            }).book;
          const all = earned.reduce((sum, p) => sum + p, 0n);
          book = attempt(book, { ...who, kind: 'redeem', key: 'r', points: all }).book;
          const fitting = back.reduce<bigint[]>(
            (list, p) => (list.reduce((s, q) => s + q, p) <= all ? [...list, p] : list),
            [],
          );
          const end = (list: readonly bigint[]) =>
            shape(
              list.reduce(
                (at, p, i) =>
                  attempt(at, { ...who, kind: 'return', key: `b${i}`, spend: 'r', points: p }).book,
                book,
              ),
            );
          expect(end(fitting.toReversed())).toEqual(end(fitting));
        },
      ),
      { numRuns: 200 },
    );
  });
});
