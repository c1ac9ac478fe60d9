import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import {
  contactHistory,
  growth,
  overlap,
  transitions,
  versions,
} from '../../src/segments/actions.insight.ts';
import { contactSegments } from '../../src/segments/actions.contact.ts';
import { growthQuery } from '../../src/segments/contract.insight.ts';
import { changeMembers } from '../../src/segments/actions.members.ts';
import { changeSegment } from '../../src/segments/actions.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { as, person } from '../support/ctx.ts';
import {
  base,
  buyers,
  buys,
  create,
  createStatic,
  ctx,
  deliver,
  from,
  someone,
  sweep,
  useBase,
} from './fixture.ts';

useBase();

test('the overlap of two segments counts each side, both, and their shares', async () => {
  const a = await createStatic();
  const b = await createStatic();
  const people = await Promise.all(Array.from({ length: 5 }, () => someone()));
  await changeMembers(ctx, a.id, { add: people.slice(0, 3), remove: [] });
  await changeMembers(ctx, b.id, { add: people.slice(2), remove: [] });
  expect(await overlap(ctx, a.id, b.id)).toEqual({
    a: 3,
    b: 3,
    both: 1,
    onlyA: 2,
    onlyB: 2,
    share: 0.2,
    shareOfA: 1 / 3,
    shareOfB: 1 / 3,
    asOf: '2026-03-01T10:00:00.000Z',
  });
  expect(await overlap(ctx, a.id, (await createStatic()).id)).toMatchObject({
    both: 0,
    share: 0,
    shareOfB: 0,
  });
  const limited = as(ctx, person('nobody', { visibility: 'own' }));
  expect(await overlap(limited, a.id, b.id)).toMatchObject({ a: 0, b: 0, both: 0, share: 0 });
});

test('growth tells every day, in the days of the zone, and ends with the members there are', async () => {
  const segment = await create(buyers);
  const [first, second] = [await someone(), await someone()];
  await buys(first);
  await deliver();
  base.clock.set('2026-03-03T23:30:00Z');
  await buys(second);
  await deliver();
  base.clock.set('2026-04-03T12:00:00Z');
  await sweep();
  const told = await growth(ctx, segment.id, growthQuery.parse({ from: '2026-02-28', to: '2026-04-20' }));
  expect(told).toMatchObject({ zone: 'UTC', from: '2026-02-28', to: '2026-04-03' });
  expect(told.items).toHaveLength(35);
  const days = new Map(told.items.map((one) => [one.day, one]));
  expect(days.get('2026-02-28')).toEqual({ day: '2026-02-28', entered: 0, left: 0, members: 0 });
  expect(days.get('2026-03-01')).toMatchObject({ entered: 1, members: 1 });
  expect(days.get('2026-03-02')).toMatchObject({ entered: 0, members: 1 });
  expect(days.get('2026-03-03')).toMatchObject({ entered: 1, members: 2 });
  expect(days.get('2026-04-03')).toMatchObject({ left: 2, members: 0 });
  const moscow = await growth(
    ctx,
    segment.id,
    growthQuery.parse({ from: '2026-03-03', to: '2026-03-04', zone: 'Europe/Moscow' }),
  );
  expect(moscow.items.map(({ entered, members }) => [entered, members])).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

test.each([{ from: '2026-03-02', to: '2026-03-01' }, { from: '2026-04-01' }, { from: '1900-01-01' }])(
  'growth of %o is refused',
  async (range) => {
    const segment = await createStatic();
    await expect(growth(ctx, segment.id, growthQuery.parse(range))).rejects.toMatchObject({
      code: 'bad_range',
      at: 'from',
    });
  },
);

test('transitions and a contact’s history are told newest first, page after page', async () => {
  const segment = await create(from('UK'));
  const people: string[] = [];
  for (let i = 0; i < 5; i++) {
    base.clock.advance(60_000);
    people.push(await someone({ country: 'UK' }));
  }
  base.clock.advance(DAY_MS);
  await changeSegment(ctx, segment.id, { rule: from('France') });
  const told: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await transitions(ctx, segment.id, { limit: 3, cursor });
    told.push(...page.items.map(({ direction, cause, version }) => `${direction} ${cause} v${version}`));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  expect(told).toEqual([
    ...Array.from({ length: 5 }, () => 'left edit v2'),
    ...Array.from({ length: 5 }, () => 'entered fact v1'),
  ]);
  const entered = await transitions(ctx, segment.id, { limit: 50, direction: 'entered' });
  expect(entered.items.map(({ contactId }) => contactId)).toEqual(people.toReversed());
  const history = await contactHistory(ctx, people[0] ?? '', { limit: 1 });
  expect(history.items).toMatchObject([
    { segmentId: segment.id, direction: 'left', cause: 'edit', archived: false },
  ]);
  const before = await contactHistory(ctx, people[0] ?? '', { limit: 1, cursor: history.nextCursor ?? '' });
  expect(before.items).toMatchObject([{ direction: 'entered', cause: 'fact', name: segment.name }]);
  const stranger = as(ctx, person('nobody', { visibility: 'own' }));
  await expect(contactHistory(stranger, people[0] ?? '', { limit: 1 })).rejects.toMatchObject({
    status: 404,
  });
  expect((await transitions(stranger, segment.id, { limit: 50 })).items).toEqual([]);
});

test('a membership that a merge brought together counts once', async () => {
  const segment = await createStatic();
  const [one, other] = [await someone(), await someone()];
  await changeMembers(ctx, segment.id, { add: [one], remove: [] });
  base.clock.advance(DAY_MS);
  await changeMembers(ctx, segment.id, { add: [other], remove: [] });
  base.clock.advance(DAY_MS);
  await ctx.db.execute(
    sql`update segment_transition set contact_id = ${one}::uuid where contact_id = ${other}::uuid`,
  );
  await ctx.db.execute(sql`delete from segment_member where contact_id = ${other}::uuid`);
  const { items } = await growth(ctx, segment.id, growthQuery.parse({ from: '2026-02-28' }));
  expect(items.map(({ members }) => members)).toEqual([0, 1, 1, 1]);
});

test('growth reads what happened since its first day, and earlier moves of merged contacts alone', async () => {
  const segment = await createStatic();
  const [one, other, third] = [await someone(), await someone(), await someone()];
  await changeMembers(ctx, segment.id, { add: [one, third], remove: [] });
  base.clock.advance(5 * DAY_MS);
  await changeMembers(ctx, segment.id, { add: [other], remove: [third] });
  await ctx.db.execute(
    sql`update segment_transition set contact_id = ${one}::uuid where contact_id = ${other}::uuid`,
  );
  await ctx.db.execute(sql`delete from segment_member where contact_id = ${other}::uuid`);
  await ctx.db.execute(sql`update contact set merged_into = ${one}::uuid where contact_id = ${other}::uuid`);
  const query = growthQuery.parse({ from: '2026-03-05' });
  const asked = async () =>
    (await growth(ctx, segment.id, query)).items.map(({ entered, left, members }) => [
      entered,
      left,
      members,
    ]);
  const told = [
    [0, 0, 2],
    [0, 1, 1],
  ];
  expect(await asked()).toEqual(told);
  await ctx.db.execute(
    sql`delete from segment_transition where contact_id = ${third}::uuid and direction = 'entered'`,
  );
  expect(await asked()).toEqual(told);
});

test('the segments of a contact are exact at the moment they are read, before any sweep', async () => {
  const one = await someone({ name: 'Point read' });
  await buys(one);
  const bought = await create(buyers);
  const never = await create({ type: 'not', child: buyers });
  const idsNow = async () => (await contactSegments(ctx, one)).items.map(({ id, since }) => [id, since]);
  expect(await idsNow()).toEqual([[bought.id, '2026-03-01T10:00:00.000Z']]);
  base.clock.set('2026-03-31T09:59:59.999Z');
  expect(await idsNow()).toEqual([[bought.id, '2026-03-01T10:00:00.000Z']]);
  base.clock.set('2026-04-01T00:00:00Z');
  expect(await idsNow()).toEqual([[never.id, '2026-03-31T10:00:00.000Z']]);
  expect(await contactSegments(ctx, one)).toMatchObject({ asOf: '2026-04-01T00:00:00.000Z' });
  await sweep();
  expect((await idsNow()).map(([id]) => id)).toEqual([never.id]);
});

test('every rule a segment had is told, newest first, in words and by whom, and which of them serves', async () => {
  const made = await create(from('Togo'));
  for (const country of ['Peru', 'Chad']) await changeSegment(ctx, made.id, { rule: from(country) });
  await ctx.db.execute(sql`update segment set served_version = 2 where segment_id = ${made.id}::uuid`);
  const first = await versions(ctx, made.id, { limit: 2 });
  expect(first.items.map(({ version, serving }) => [version, serving])).toEqual([
    [3, false],
    [2, true],
  ]);
  expect(first.items[0]?.words?.en).toContain('Chad');
  expect(first.items[0]?.rule).toEqual(from('Chad'));
  const rest = await versions(ctx, made.id, { limit: 2, cursor: first.nextCursor ?? '' });
  expect(rest).toMatchObject({ items: [{ version: 1, createdAt: made.createdAt }], nextCursor: null });
  await expect(versions(ctx, made.id, { limit: 2, cursor: 'x' })).rejects.toMatchObject({
    code: 'bad_cursor',
  });
  // Static lists have no rule.
  expect((await versions(ctx, (await createStatic()).id, { limit: 2 })).items).toEqual([]);
});
