import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { upsertContacts } from '../../src/contacts/index.ts';
import { newId } from '../../src/core/ids.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { growth } from '../../src/segments/actions.insight.ts';
import { simulate } from '../../src/segments/actions.simulate.ts';
import { growthQuery, simulateInput } from '../../src/segments/contract.insight.ts';
import { registerSends } from '../../src/segments/index.ts';
import { as, person } from '../support/ctx.ts';
import { base, buyers, buys, create, ctx, deliver, from, someone, sweep, useBase } from './fixture.ts';

useBase();

const asked = (rule: object, days: number, more: object = {}) =>
  simulate(ctx, simulateInput.parse({ rule, days, ...more }));

test('a simulation tells of every day what the segment, had it been kept, would have done', async () => {
  const kept = await create(buyers);
  const people: string[] = [];
  for (let day = 0; day < 12; day++) {
    base.clock.advance(DAY_MS);
    if (day % 3 !== 0) continue;
    const one = await someone();
    people.push(one);
    await buys(one);
    await deliver();
  }
  for (let day = 0; day < 40; day++) {
    base.clock.advance(DAY_MS);
    await sweep();
  }
  const told = await asked(buyers, 60);
  const { items } = await growth(
    ctx,
    kept.id,
    growthQuery.parse({ from: told.items[0]?.day, to: told.items.at(-1)?.day }),
  );
  expect(told).toMatchObject({ zone: 'UTC', partial: false });
  expect(told.items).toEqual(items.map((one) => ({ ...one, sent: 0 })));
  expect(told.items.reduce((sum, { entered }) => sum + entered, 0)).toBe(people.length);
});

test('attributes count as they stood on each day, in the days of the zone', async () => {
  base.clock.set('2026-05-01T22:30:00Z');
  const one = await someone({ country: 'Chad' });
  base.clock.set('2026-05-03T12:00:00Z');
  await upsertContacts(ctx, [{ contactId: one, country: 'Mali' }]);
  const days = async (zone: string) =>
    (await asked(from('Chad'), 4, { zone })).items.map(({ day, members, entered, left }) => [
      day.slice(8),
      members,
      entered,
      left,
    ]);
  expect(await days('UTC')).toEqual([
    ['30', 0, 0, 0],
    ['01', 1, 1, 0],
    ['02', 1, 0, 0],
    ['03', 0, 0, 1],
  ]);
  expect(await days('Europe/Moscow')).toEqual([
    ['30', 0, 0, 0],
    ['01', 0, 0, 0],
    ['02', 1, 1, 0],
    ['03', 0, 0, 1],
  ]);
});

test('of those who entered, those to whom something was sent that day are counted', async () => {
  const [one, other] = [await someone({ country: 'Fiji' }), await someone({ country: 'Fiji' })];
  const asks: [string, string][] = [];
  registerSends((begin, end) => {
    asks.push([begin.toISOString(), end.toISOString()]);
    return sql`select v.id as contact_id from (values (${one}::uuid), (${newId()}::uuid)) as v(id)`;
  });
  base.clock.advance(DAY_MS);
  const told = await asked(from('Fiji'), 2);
  expect(told.items).toMatchObject([
    { entered: 2, sent: 1 },
    { entered: 0, sent: 0 },
  ]);
  expect(asks).toContainEqual(['2026-03-01T00:00:00.000Z', '2026-03-02T00:00:00.000Z']);
  expect(other).not.toBe(one);
});

test('whom the asker may not see is not counted', async () => {
  await someone({ country: 'Peru' });
  const stranger = as(ctx, person('nobody', { visibility: 'own' }));
  const told = await simulate(stranger, simulateInput.parse({ rule: from('Peru'), days: 1 }));
  expect(told.items).toMatchObject([{ members: 0, entered: 0 }]);
});

test('without time it tells of the days it had time for', async () => {
  const told = await simulate(ctx, simulateInput.parse({ rule: buyers, days: 92 }), 0);
  expect(told).toMatchObject({ items: [], partial: true });
});
