import { expect, test } from 'vitest';
import { sql } from 'drizzle-orm';
import { recordConsents } from '../../src/contacts/index.ts';
import { DAY_MS } from '../../src/core/time.ts';
import { newId } from '../../src/core/ids.ts';
import { emit } from '../../src/core/outbox.ts';
import { explainDraft } from '../../src/segments/actions.explain.ts';
import { preview } from '../../src/segments/actions.preview.ts';
import { explainInput } from '../../src/segments/contract.explain.ts';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import { base, buys, create, ctx, deliver, history, idsOf, someone, sweep, useBase } from './fixture.ts';

/** Interest and consents as the modules tell of them. */
useBase();

async function does(contactId: string, name: string, product: string): Promise<void> {
  const [id, at] = [newId(), ctx.clock.now().toISOString()];
  await ctx.db.execute(sql`
    insert into event (contact_id, occurred_at, id, recorded_at, source_id, type, name, trust, origin_id, properties, context)
    values (${contactId}::uuid, ${at}, ${id}, ${at}, ${id}, 'track', ${name}, 'public', ${contactId}::uuid,
      ${JSON.stringify({ product_id: product })}::text::jsonb, '{"page":{"url":"https://shop.example/p"}}')`);
  await emit(ctx, 'event.recorded', [
    {
      events: [
        { contactId, id, sourceId: id, occurredAt: at, name, type: 'track', trust: 'public', bot: false },
      ],
    },
  ]);
  await deliver();
}

const lookedTwice = {
  type: 'wanted',
  of: 'product',
  times: 2,
  window: { type: 'last', unit: 'days', amount: 7 },
};

test('who looked at a product twice wants it until the first look is a week old, or the product is bought', async () => {
  const { id } = await create(lookedTwice);
  const [ann, bob] = [await someone(), await someone()];
  for (const one of [ann, bob]) await does(one, 'Product Viewed', 'P1');
  await does(ann, 'Product Viewed', 'P2');
  expect(await idsOf(id)).toEqual([]);
  base.clock.advance(DAY_MS);
  for (const one of [ann, bob]) await does(one, 'Product Added', 'P1');
  expect(await idsOf(id)).toEqual([ann, bob].toSorted());

  const told = await explainDraft(ctx, explainInput.parse({ rule: lookedTwice, contactId: ann }));
  expect(told).toMatchObject({ value: true, validUntil: '2026-03-08T10:00:00.000Z' });
  expect(told.root?.facts.map(({ kind, what, page }) => ({ kind, what, page }))).toEqual([
    { kind: 'event', what: 'Product Added', page: 'https://shop.example/p' },
    ...Array.from({ length: 2 }, () => ({
      kind: 'event',
      what: 'Product Viewed',
      page: 'https://shop.example/p',
    })),
  ]);

  base.clock.advance(DAY_MS);
  await buys(bob);
  await deliver();
  expect(await idsOf(id)).toEqual([ann]);
  const earlier = { rule: lookedTwice, contactId: bob, now: '2026-03-02T12:00:00Z' };
  expect((await explainDraft(ctx, explainInput.parse(earlier))).value).toBe(true);
  const unknown = { ...earlier, knownAt: '2026-03-01T12:00:00Z' };
  expect((await explainDraft(ctx, explainInput.parse(unknown))).value).toBe(false);

  base.clock.set('2026-03-08T09:59:59.999Z');
  await sweep();
  expect(await idsOf(id)).toEqual([ann]);
  base.clock.advance(1);
  await sweep();
  expect(await idsOf(id)).toEqual([]);
  expect(await history(id)).toEqual([
    'entered fact v1 true',
    'entered fact v1 true',
    'left fact v1 true',
    'left time v1 false',
  ]);
});

test('what a rule wants and the catalogue does not know is warned of', async () => {
  const rule = {
    type: 'any',
    children: [
      { type: 'wanted', of: 'category', named: ['Nowhere'] },
      { ...lookedTwice, named: ['P1', 'P0'] },
    ],
  };
  const { warnings } = await preview(ctx, { rule: ruleSchema.parse(rule) });
  expect(warnings.map(({ path, code }) => [path, code])).toEqual([
    ['rule.children.0.named.0', 'unknown_category'],
    ['rule.children.1.named.1', 'unknown_product'],
  ]);
});

test('a consent given or withdrawn is followed at once, by purpose and channel', async () => {
  const marketing = await create({ type: 'consent', op: 'has', purpose: 'marketing', channel: 'email' });
  const none = await create({
    type: 'all',
    children: [
      { type: 'consent', op: 'lacks' },
      { type: 'attribute', field: 'country', op: 'is', value: 'Utopia' },
    ],
  });
  const one = await someone({ country: 'Utopia' });
  const say = async (granted: boolean, purpose: string, channel: string): Promise<void> => {
    base.clock.advance(1_000);
    await recordConsents(ctx, [{ contactId: one, purpose, channel, granted, source: 'test' }]);
    await deliver();
  };
  expect([await idsOf(marketing.id), await idsOf(none.id)]).toEqual([[], [one]]);
  await say(true, 'marketing', 'sms');
  expect([await idsOf(marketing.id), await idsOf(none.id)]).toEqual([[], []]);
  await say(true, 'marketing', 'email');
  expect(await idsOf(marketing.id)).toEqual([one]);
  await say(false, 'marketing', 'email');
  expect([await idsOf(marketing.id), await idsOf(none.id)]).toEqual([[], []]);
  await say(false, 'marketing', 'sms');
  expect(await idsOf(none.id)).toEqual([one]);
});
