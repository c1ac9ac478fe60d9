import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { recordConsents, upsertContacts } from '../../src/contacts/index.ts';
import { idFrom, newId } from '../../src/core/ids.ts';
import { orderInput } from '../../src/orders/contract.ts';
import { placeOrders } from '../../src/orders/index.ts';
import { members } from '../../src/segments/actions.members.ts';
import { catalogue } from '../../src/segments/actions.query.ts';
import { listTemplates, previewTemplate, useTemplate } from '../../src/segments/actions.templates.ts';
import {
  templateList,
  templatePreview,
  templateUse,
  templateUsed,
} from '../../src/segments/contract.templates.ts';
import { registerLeaf, registerTemplate } from '../../src/segments/index.ts';
import { computeRfm } from '../../src/segments/rfm/actions.ts';
import { CELLS } from '../../src/segments/rfm/contract.ts';
import { z } from 'zod';
import { ctx, useBase } from './fixture.ts';

/** A leaf of a module that is not there yet, and its ready-made segment. */
const loyaltyLeaf = z.strictObject({ type: z.literal('loyalty'), expiringDays: z.number().int() });
type LoyaltyLeaf = z.output<typeof loyaltyLeaf>;
registerLeaf<LoyaltyLeaf>(
  {
    type: 'loyalty',
    compile: () => ({ value: sql`contact.country = 'PT'`, until: () => null, needs: [] }),
    dependencies: () => [{ kind: 'loyalty', key: 'expiring' }],
    futureFacts: null,
    words: (leaf, language) =>
      language === 'ru'
        ? `баллы сгорают за ${leaf.expiringDays} дней`
        : `points expire within ${leaf.expiringDays} days`,
    fields: () => [
      {
        leaf: 'loyalty',
        field: 'expiring',
        kind: 'number',
        ops: ['gte'],
        label: { en: 'Points expiring', ru: 'Сгорающие баллы' },
      },
    ],
  },
  loyaltyLeaf,
);

useBase();
const DAY = 86_400_000;
/** Everybody of the small world by name. */
const who: Record<string, string> = {};

async function person(name: string, fields: object = {}): Promise<void> {
  const [made] = await upsertContacts(ctx, [
    { name, externalIds: [{ namespace: 'shop', id: name }], ...fields },
  ]);
  who[name] = made?.contactId ?? '';
}

async function order(name: string, daysAgo: number, price: string, product = 'P1'): Promise<void> {
  const occurredAt = new Date(ctx.clock.now().getTime() - daysAgo * DAY);
  const input = orderInput.parse({
    externalId: newId(),
    occurredAt: occurredAt.toISOString(),
    lines: [{ product, quantity: '1', unitPrice: price }],
  });
  await placeOrders(ctx, [{ ...input, occurredAt, buyer: { contactId: who[name] ?? '' } }], {
    trust: 'server',
  });
}

async function event(name: string, what: string, hoursAgo: number, properties: object): Promise<void> {
  const at = new Date(ctx.clock.now().getTime() - (hoursAgo * DAY) / 24).toISOString();
  await ctx.db.execute(sql`
    insert into event (contact_id, occurred_at, id, source_id, type, name, properties, context, trust, bot, recorded_at,
      origin_id)
    values (${who[name]}::uuid, ${at}::timestamptz, ${newId()}::uuid, ${idFrom('source')}::uuid, 'track', ${what},
      ${JSON.stringify(properties)}::text::jsonb, '{}', 'public', false, ${at}::timestamptz, ${who[name]}::uuid)`);
}

beforeAll(async () => {
  await person('Once', { email: 'once@example.com', birthMonth: 3, birthDay: 2 });
  await person('Twice', { email: 'twice@example.com', birthMonth: 3, birthDay: 8 });
  await person('Gone', { birthMonth: 2, birthDay: 28 });
  await person('Rich');
  await person('Carter');
  await person('Browser', { country: 'PT' });
  await order('Once', 5, '10');
  await order('Twice', 40, '20');
  await order('Twice', 20, '20');
  await order('Gone', 400, '30');
  await order('Rich', 300, '900');
  await order('Rich', 1, '900');
  await ctx.db.execute(sql`insert into category (category_id, external_id, name, path, created_at)
    values (${idFrom('tea')}::uuid, 'tea', 'Tea', array[${idFrom('tea')}::uuid], now())`);
  await ctx.db
    .execute(sql`insert into product (product_id, external_id, name, category_id, created_at, updated_at)
    values (${idFrom('T1')}::uuid, 'T1', 'Green', ${idFrom('tea')}::uuid, now(), now())`);
  await event('Carter', 'Product Added', 5, { product_id: 'T1' });
  await event('Once', 'Product Added', 1, { product_id: 'T1' });
  for (const hours of [3, 30, 300]) await event('Browser', 'Product Viewed', hours, { product_id: 'T1' });
  await recordConsents(ctx, [
    { contactId: who['Once'] ?? '', purpose: 'marketing', channel: 'email', granted: true, source: 'test' },
  ]);
  await computeRfm(ctx);
});

const EXPECTED: Record<string, string[]> = {
  'first-time-buyers': ['Once'],
  'repeat-buyers': ['Rich', 'Twice'],
  lapsed: ['Gone'],
  'big-spenders': ['Rich'],
  birthday: ['Once'],
  'abandoned-cart': ['Carter'],
  'browsed-category': ['Browser'],
  'no-consent': ['Twice'],
};

async function namesOf(segmentId: string): Promise<string[]> {
  const { items } = await members(ctx, segmentId, { limit: 200 });
  return items.map(({ name }) => name).toSorted();
}

const use = (id: string, parameters: object = {}) =>
  useTemplate(ctx, id, templateUse.parse({ name: `Segment ${newId()}`, parameters }));

describe('ready-made segments', () => {
  test('every one has words in both languages, a sound rule, and counts in the preview what it then holds', async () => {
    const { items } = templateList.parse(listTemplates(ctx));
    expect(items.map(({ id }) => id)).toEqual(
      expect.arrayContaining([...Object.keys(EXPECTED), 'rfm-champions', 'rfm-lost', 'rfm-cant-lose']),
    );
    for (const { id, name, description } of items) {
      for (const told of [name, description]) expect(told.en && told.ru).not.toBe('');
      const seen = templatePreview.parse(await previewTemplate(ctx, id, { parameters: {} }));
      const { segment } = templateUsed.parse(await use(id));
      const held = await namesOf(segment.id);
      expect(seen.preview.words).toEqual(segment.words);
      expect(seen.preview.count, id).toBe(held.length);
      expect(segment.description).not.toBe('');
      if (EXPECTED[id] !== undefined) expect(held, id).toEqual(EXPECTED[id]);
    }
  });

  test('the RFM ones share out all buyers among them', async () => {
    const held = [];
    for (const cell of CELLS)
      held.push(...(await namesOf((await use(`rfm-${cell.replaceAll('_', '-')}`)).segment.id)));
    expect(held.toSorted()).toEqual(['Gone', 'Once', 'Rich', 'Twice']);
  });

  test('parameters change whom they hold; wrong ones are refused by name', async () => {
    expect(await namesOf((await use('birthday', { days: 8 })).segment.id)).toEqual(['Once', 'Twice']);
    expect(await namesOf((await use('lapsed', { days: 20 })).segment.id)).toEqual(['Gone', 'Twice']);
    expect(await namesOf((await use('abandoned-cart', { hours: 1 })).segment.id)).toEqual(['Carter', 'Once']);
    expect(await namesOf((await use('browsed-category', { categories: ['coffee'] })).segment.id)).toEqual([]);
    expect(await namesOf((await use('browsed-category', { categories: ['tea'] })).segment.id)).toEqual([
      'Browser',
    ]);
    await expect(use('lapsed', { days: 0 })).rejects.toMatchObject({ status: 422, at: 'parameters.days' });
    await expect(use('lapsed', { weeks: 2 })).rejects.toMatchObject({ status: 422 });
    await expect(use('nothing')).rejects.toMatchObject({ status: 404, code: 'template_not_found' });
  });

  test('big spenders begin at an amount of today, which is told and stays', async () => {
    const { note, segment } = await use('big-spenders', { percent: 50 });
    expect(note?.en).toBe('Today the top 50 % of buyers begin at £40.00.');
    expect(segment.rule).toMatchObject({ measure: 'revenue', op: 'gte', value: 4_000 });
    expect(segment.description).toContain('£40.00');
    expect(await namesOf(segment.id)).toEqual(['Rich', 'Twice']);
  });

  test('a module that registers its leaf later brings its fields and its ready-made segments', async () => {
    expect(listTemplates(ctx).items.map(({ id }) => id)).not.toContain('points-expiring');
    registerTemplate({
      id: 'points-expiring',
      group: 'loyalty',
      name: { en: 'Points expiring', ru: 'Баллы сгорают' },
      description: { en: 'Soon.', ru: 'Скоро.' },
      parameters: [
        {
          key: 'days',
          type: 'number',
          label: { en: 'Days', ru: 'Дней' },
          unit: 'days',
          default: 14,
          min: 1,
          max: 60,
        },
      ],
      rule: (chosen) => ({ type: 'loyalty', expiringDays: chosen.number('days') }),
    });
    expect(listTemplates(ctx).items.map(({ id }) => id)).toContain('points-expiring');
    expect((await catalogue(ctx)).fields.map(({ leaf }) => leaf)).toContain('loyalty');
    const { segment } = await use('points-expiring', { days: 7 });
    expect(segment.words?.en).toBe('Points expire within 7 days');
  });
});
