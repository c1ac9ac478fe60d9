import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { mergeContacts } from '../../src/contacts/actions.merge.ts';
import { eraseContacts, registerContacts } from '../../src/contacts/index.ts';
import { rows } from '../../src/core/db.ts';
import { computeRfm, contactRfm, rfmReport } from '../../src/segments/rfm/actions.ts';
import { explain } from '../../src/segments/actions.explain.ts';
import { rfmJob } from '../../src/segments/rfm/jobs.ts';
import { base, buys, create, ctx, deliver, idsOf, someone, useBase } from './fixture.ts';

registerContacts();
useBase();

const signal = new AbortController().signal;
const kept = () =>
  rows<{ id: string; scores: string; changed: string }>(
    ctx.db,
    sql`select contact_id as id, recency || '' || frequency || money as scores, changed_at::text as changed
      from contact_rfm order by contact_id`,
  );

test('scores are kept for buyers alone, change with the others, and have their segments follow', async () => {
  const people: string[] = [];
  for (let i = 0; i < 5; i++)
    people.push(await someone({ externalIds: [{ namespace: 'shop', id: `c${i}` }] }));
  const visitor = await someone();
  for (const [i, id] of people.entries()) for (let n = 0; n <= i; n++) await buys(id);
  const best = await create({ type: 'rfm', measure: 'frequency', op: 'gte', value: 5 });
  const worst = await create({ type: 'rfm', measure: 'cell', op: 'in', value: ['lost'] });
  const none = await create({ type: 'not', child: { type: 'rfm', measure: 'money', op: 'gte', value: 1 } });
  expect(await idsOf(best.id)).toEqual([]);
  await rfmJob.run(ctx, {}, signal);
  await deliver();
  expect((await kept()).map(({ scores }) => scores).toSorted()).toEqual(['111', '222', '333', '444', '555']);
  expect([await idsOf(best.id), await idsOf(worst.id), await idsOf(none.id)]).toEqual([
    [people[4]],
    [people[0]],
    [visitor],
  ]);

  base.clock.set('2026-03-03T10:00:00Z');
  const before = await kept();
  await rfmJob.run(ctx, {}, signal);
  expect(await kept()).toEqual(before);

  for (let n = 0; n < 9; n++) await buys(people[0] ?? '');
  expect(await computeRfm(ctx)).toBe(5);
  await deliver();
  expect(await idsOf(best.id)).toEqual([people[0]]);
  expect(await contactRfm(ctx, people[0] ?? '')).toMatchObject({
    computedAt: '2026-03-03T10:00:00.000Z',
    scores: { recency: 5, frequency: 5, money: 5, cell: 'champions', days: 0, orders: 10, revenue: 10_000 },
  });
  expect(await contactRfm(ctx, visitor)).toMatchObject({ scores: null });
  // The moment of the fact is when the scores were computed.
  expect(await explain(ctx, best.id, { contactId: people[0] ?? '' })).toMatchObject({
    value: true,
    root: {
      actual: { value: 5 },
      facts: [{ at: '2026-03-03T10:00:00.000Z', kind: 'rfm', what: 'champions' }],
    },
  });
  const changed = await kept();
  const told = changed.filter(({ id, scores }) => before.find((old) => old.id === id)?.scores !== scores);
  for (const one of told) expect(one.changed).toContain('2026-03-03');
  expect(await rfmReport(ctx, { asOf: '2026-03-02' })).toMatchObject({ kept: false, contacts: 5 });

  // Merged: the survivor keeps its own; erased: nothing is left.
  await mergeContacts(ctx, { from: people[1] ?? '', to: people[0] ?? '', reason: 'test' });
  expect((await kept()).map(({ id }) => id)).not.toContain(people[1]);
  await mergeContacts(ctx, { from: people[2] ?? '', to: visitor, reason: 'test' });
  expect((await kept()).map(({ id }) => id)).toContain(visitor);
  await eraseContacts(ctx, [people[3] ?? '']);
  expect((await kept()).map(({ id }) => id)).not.toContain(people[3]);
});
