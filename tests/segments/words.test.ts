import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ruleSchema } from '../../src/segments/contract.rule.ts';
import { words } from '../../src/segments/words.ts';
import { rule } from './arbitraries.ts';

const ID = '01a1ffb0-615a-749a-b82d-6e3e042d560b';
const names = { segments: new Map([[ID, 'Regulars']]), baseCurrency: 'GBP' };
const plain = (text: string): string => text.replaceAll(/\s/g, ' ');
const told = (node: object) => {
  const parsed = ruleSchema.parse(node);
  return { en: plain(words(parsed, 'en', names)), ru: plain(words(parsed, 'ru', names)) };
};
const purchase = (measure: string, rest: object) => ({ type: 'purchase', measure, ...rest });
const attribute = (field: string, rest: object) => ({ type: 'attribute', field, ...rest });

test.each([
  [
    attribute('country', { op: 'isNot', value: 'United Kingdom' }),
    'Country is not “United Kingdom”',
    'Страна — не «United Kingdom»',
  ],
  [
    attribute('tags', { op: 'contains', value: 'vip' }),
    'The list of tags contains “vip”',
    'Список меток содержит «vip»',
  ],
  [attribute('attributes.colour', { op: 'lacks' }), '“colour” is not known', '«colour» — не указано'],
  [
    attribute('birthday', { op: 'anniversary', days: 7 }),
    'Birthday comes round in the next 7 days, today included',
    'День рождения отмечается в ближайшие 7 дней, считая сегодня',
  ],
  [
    attribute('createdAt', { op: 'within', direction: 'last', unit: 'days', amount: 1 }),
    'The date of creation is in the last day',
    'Дата создания приходится на последний день',
  ],
  [
    purchase('revenue', { op: 'gte', value: 100_000, window: { type: 'last', unit: 'days', amount: 90 } }),
    'Revenue in the last 90 days is at least £1,000.00',
    'Сумма покупок за последние 90 дней не меньше 1 000,00 £',
  ],
  [
    purchase('orders', { op: 'is', value: 0, where: { categories: ['Tea'] }, returns: 'exclude' }),
    'The number of orders is 0 (categories with all below “Tea”; returns left out)',
    'Число заказов — 0 (категории с вложенными «Tea»; без учёта возвратов)',
  ],
  [
    purchase('daysSinceLast', { op: 'gt', value: 21 }),
    'Time since the last purchase is more than 21 days',
    'Прошло с последней покупки больше 21 дня',
  ],
  [
    purchase('lastAt', { op: 'lt', value: '2011-06-01' }),
    'Last purchase is before 1 June 2011',
    'Последняя покупка раньше 1 июня 2011 г.',
  ],
  [
    {
      type: 'event',
      name: 'Product Viewed',
      op: 'is',
      value: 0,
      window: { type: 'last', unit: 'days', amount: 7 },
    },
    'The number of events “Product Viewed” in the last 7 days is 0',
    'Число событий «Product Viewed» за последние 7 дней — 0',
  ],
  [
    {
      type: 'event',
      name: 'Product Viewed',
      measure: 'sum',
      property: 'price',
      op: 'gt',
      value: 10.5,
      where: [{ property: 'colour', op: 'is', value: 'red' }],
    },
    'The sum of “price” over events “Product Viewed” is more than 10.5 (colour is “red”)',
    'Сумма «price» по событиям «Product Viewed» больше 10,5 (colour — «red»)',
  ],
  [
    {
      type: 'event',
      name: 'Signed Up',
      measure: 'daysSinceLast',
      op: 'gte',
      value: 21,
      zone: 'Europe/Moscow',
    },
    'Time since the last event “Signed Up” is at least 21 calendar days',
    'Прошло с последнего события «Signed Up» не меньше 21 календарного дня',
  ],
  [
    { type: 'event', name: 'Signed Up', measure: 'firstAt', op: 'lt', value: '2026-03-01' },
    'The first event “Signed Up” is before 1 March 2026',
    'Первое событие «Signed Up» раньше 1 марта 2026 г.',
  ],
  [
    {
      type: 'wanted',
      of: 'product',
      sign: 'viewed',
      times: 2,
      window: { type: 'last', unit: 'days', amount: 1 },
    },
    'Looked at one and the same product at least 2 times in the last day, not bought since',
    'Просмотр одного и того же товара не меньше 2 раз за последний день, с тех пор он не куплен',
  ],
  [
    { type: 'wanted', of: 'category', named: ['Tea', 'Jam'], times: 21 },
    'Looked at or put into the cart products of one category (with all below it) of “Tea”, “Jam” at least 21 times, nothing of it bought since',
    'Просмотр или добавление в корзину товаров одной категории (с вложенными) из «Tea», «Jam» не меньше 21 раза, с тех пор из неё ничего не куплено',
  ],
  [
    { type: 'wanted', of: 'product', sign: 'carted' },
    'Put into the cart one and the same product at least once, not bought since',
    'Добавление в корзину одного и того же товара хотя бы раз, с тех пор он не куплен',
  ],
  [
    { type: 'consent', op: 'has', purpose: 'marketing', channel: 'email' },
    'Has a consent to “marketing” by “email”',
    'Есть согласие на «marketing» по каналу «email»',
  ],
  [
    { type: 'consent', op: 'lacks' },
    'Has no consent to anything by any channel',
    'Нет согласия ни на что ни по какому каналу',
  ],
  [
    { type: 'not', child: { type: 'segment', segmentId: ID } },
    'Not (is in the segment “Regulars”)',
    'Не (входит в сегмент «Regulars»)',
  ],
  [
    { type: 'purchase', measure: 'daysSinceLast', op: 'lte', value: 2.5 },
    'Time since the last purchase is at most 2.5 days',
    'Прошло с последней покупки не больше 2,5 дня',
  ],
  [
    {
      type: 'purchase',
      measure: 'distinctProducts',
      op: 'isNot',
      value: 2,
      window: { type: 'calendar', days: 1, zone: 'UTC' },
    },
    'The number of different products in the last calendar day (UTC) is not 2',
    'Число разных товаров за последний календарный день (UTC) — не 2',
  ],
])('a leaf reads plainly in both languages: %#', (node, en, ru) => {
  expect(told(node)).toEqual({ en, ru });
});

test('groups inside groups stand in brackets', () => {
  const a = attribute('city', { op: 'is', value: 'Rome' });
  const b = attribute('city', { op: 'is', value: 'Oslo' });
  const node = {
    type: 'all',
    children: [
      { type: 'any', children: [a, b] },
      { type: 'not', child: a },
    ],
  };
  expect(told(node).en).toBe(
    '(City is “Rome” or city is “Oslo”) and not (city is “Rome”)'.replace('(City', '(city'),
  );
});

test('every rule there is can be told in both languages', () => {
  fc.assert(
    fc.property(rule, (any) => {
      for (const language of ['en', 'ru'] as const) {
        expect(words(any, language, names)).not.toMatch(/undefined|NaN|\[object/);
      }
    }),
  );
});
