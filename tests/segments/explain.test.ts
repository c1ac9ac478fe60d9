import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { upsertContacts } from '../../src/contacts/index.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { newId } from '../../src/core/ids.ts';
import { explain, explainDraft } from '../../src/segments/actions.explain.ts';
import { changeMembers } from '../../src/segments/actions.members.ts';
import { explainInput } from '../../src/segments/contract.explain.ts';
import type { ExplainNode } from '../../src/segments/contract.explain.ts';
import { as, person } from '../support/ctx.ts';
import { base, buyers, buys, create, createStatic, ctx, from, someone, sweep, useBase } from './fixture.ts';

useBase();

const draft = (rule: object, contactId: string, more: object = {}) =>
  explainDraft(ctx, explainInput.parse({ rule, contactId, ...more }));
const all = (...children: object[]) => ({ type: 'all', children });
const pathsOf = (node: ExplainNode): string[] => [node.path, ...node.children.flatMap(pathsOf)];

async function happens(contactId: string, name: string, properties: object = {}): Promise<void> {
  const at = ctx.clock.now().toISOString();
  await ctx.db.execute(sql`
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, origin_id, properties, context)
    values (${contactId}::uuid, ${at}, ${newId()}, ${at}, ${newId()}, 'track', ${name}, 'server', ${contactId}::uuid,
      ${JSON.stringify(properties)}::text::jsonb, '{"page":{"url":"https://shop.example/tea"}}')`);
}

test('an explanation shows the tree with values, words, figures, facts, and when it changes by itself', async () => {
  const one = await someone({ country: 'UK' });
  await buys(one);
  const segment = await create(all(from('UK'), { type: 'not', child: buyers }));
  base.clock.advance(DAY_MS);
  const told = await explain(ctx, segment.id, { contactId: one });
  expect(told).toMatchObject({
    contactId: one,
    segmentId: segment.id,
    value: false,
    validUntil: '2026-03-31T10:00:00.000Z',
    now: '2026-03-02T10:00:00.000Z',
    knownAt: null,
    listed: { value: false, since: '2026-03-01T10:00:00.000Z' },
  });
  expect(told.root && pathsOf(told.root)).toEqual([
    'rule',
    'rule.children.0',
    'rule.children.1',
    'rule.children.1.child',
  ]);
  const [country, not] = told.root?.children ?? [];
  expect(country).toMatchObject({
    type: 'attribute',
    value: true,
    validUntil: null,
    words: { en: 'Country is “UK”', ru: 'Страна — «UK»' },
    actual: { kind: 'text', value: 'UK', currency: null },
    facts: [{ kind: 'attribute', what: 'country', value: 'UK', at: '2026-03-01T10:00:00.000Z' }],
  });
  expect(not).toMatchObject({ type: 'not', value: false, validUntil: '2026-03-31T10:00:00.000Z' });
  expect(not?.children[0]).toMatchObject({
    type: 'purchase',
    value: true,
    actual: { kind: 'number', value: 1 },
    facts: [{ kind: 'order', at: '2026-03-01T10:00:00.000Z', amount: '10.00', quantity: '1' }],
  });
});

test('what an explanation says is what the list says after the moment it named', async () => {
  const one = await someone();
  await buys(one);
  const segment = await create(buyers);
  const { validUntil } = await explain(ctx, segment.id, { contactId: one });
  base.clock.set(new Date(Date.parse(validUntil ?? '') - 1).toISOString());
  expect(await explain(ctx, segment.id, { contactId: one })).toMatchObject({ value: true });
  base.clock.set(validUntil ?? '');
  expect(await explain(ctx, segment.id, { contactId: one })).toMatchObject({
    value: false,
    validUntil: null,
    listed: { value: true },
  });
  await sweep();
  expect(await explain(ctx, segment.id, { contactId: one })).toMatchObject({ listed: { value: false } });
});

test('the newest five events are shown, with name, time and page', async () => {
  const one = await someone();
  for (let i = 0; i < 7; i++) {
    base.clock.advance(60_000);
    await happens(one, 'Seen');
  }
  const rule = { type: 'event', name: 'Seen', op: 'gte', value: 3 };
  const { root } = await draft(rule, one);
  expect(root).toMatchObject({ value: true, actual: { kind: 'number', value: 7 } });
  expect(root?.facts).toHaveLength(5);
  expect(root?.facts[0]).toMatchObject({
    kind: 'event',
    what: 'Seen',
    page: 'https://shop.example/tea',
    at: ctx.clock.now().toISOString(),
  });
});

test('money is told in minor units of its currency, lines with the product and the order they are of', async () => {
  const one = await someone();
  await buys(one);
  await buys(one);
  const { root } = await draft({ type: 'purchase', measure: 'revenue', op: 'gte', value: 2_001 }, one);
  const currency = ctx.config.baseCurrency;
  expect(root).toMatchObject({ value: false, actual: { kind: 'money', value: 2_000, currency } });
  expect(root?.facts).toMatchObject([{ kind: 'line', amount: '10.00', value: 'P1' }, { kind: 'line' }]);
  expect(root?.facts[0]?.what).toMatch(/-/);
  const age = await draft({ type: 'purchase', measure: 'daysSinceLast', op: 'lte', value: 3 }, one);
  expect(age.root).toMatchObject({
    value: true,
    actual: { kind: 'days', value: 0 },
    facts: [{ kind: 'order' }, {}],
  });
});

test('a segment referred to is explained down to its own leaves; a list by who was put on it', async () => {
  const list = await createStatic();
  const one = await someone({ country: 'UK' });
  await changeMembers(ctx, list.id, { add: [one], remove: [] });
  const inner = await create(all(from('UK'), { type: 'segment', segmentId: list.id }), 'Inner');
  const { root, value } = await draft({ type: 'not', child: { type: 'segment', segmentId: inner.id } }, one);
  expect(value).toBe(false);
  expect(root && pathsOf(root)).toEqual([
    'rule',
    'rule.child',
    'rule.child.rule',
    'rule.child.rule.children.0',
    'rule.child.rule.children.1',
  ]);
  expect(root?.children[0]).toMatchObject({
    segment: { id: inner.id, name: 'Inner' },
    actual: null,
    facts: [],
  });
  expect(await explain(ctx, list.id, { contactId: one })).toMatchObject({
    value: true,
    root: null,
    facts: [{ kind: 'list', what: 'entered', value: true }],
    listed: { value: true },
  });
});

test('a past moment is explained from what held then', async () => {
  const one = await someone({ country: 'UK' });
  base.clock.advance(10 * DAY_MS);
  await upsertContacts(ctx, [{ contactId: one, country: 'France' }]);
  expect((await draft(from('UK'), one)).value).toBe(false);
  const then = await draft(from('UK'), one, { now: '2026-03-05' });
  expect(then).toMatchObject({ value: true, validUntil: '2026-03-11T10:00:00.000Z', listed: null });
  expect(then.root).toMatchObject({ actual: { value: 'UK' }, facts: [{ value: 'UK' }] });
  const before = await draft(from('UK'), one, { knownAt: '2026-03-05' });
  expect(before).toMatchObject({ value: true, knownAt: '2026-03-05T00:00:00.000Z' });
  expect((await draft(from('UK'), one, { now: '2026-02-01' })).value).toBe(false);
});

test('a contact the asker may not see is not there', async () => {
  const one = await someone({ country: 'UK' });
  const segment = await create(from('UK'));
  const stranger = as(ctx, person('nobody', { visibility: 'own' }));
  for (const asked of [
    () => explain(stranger, segment.id, { contactId: one }),
    () => explainDraft(stranger, { rule: segment.rule ?? buyers, contactId: one }),
    () => explain(ctx, segment.id, { contactId: newId() }),
  ])
    await expect(asked()).rejects.toMatchObject({ status: 404, code: 'contact_not_found' });
  await expect(explain(ctx, newId(), { contactId: one })).rejects.toMatchObject({
    code: 'segment_not_found',
  });
});
