import { formatMoney } from '../core/money.ts';
import type { TemplateParameter } from './contract.templates.ts';
import { CELL_ADVICE, CELL_LABELS } from './rfm/cells.ts';
import { CELLS } from './rfm/contract.ts';
import type { Template, Words } from './template.ts';

/** The ready-made segments. Other modules add theirs with their leaves, so that none is offered whose leaf is not there. */

type NumberParameter = Extract<TemplateParameter, { type: 'number' }>;

function numberOf(
  key: string,
  label: Words,
  unit: NumberParameter['unit'],
  [min, standard, max]: [number, number, number],
): NumberParameter {
  return { key, type: 'number', label, unit, min, default: standard, max };
}

const YEARS_10 = 3_660;
const lastDays = (amount: number) => ({ type: 'last', unit: 'days', amount });
const days = (label: Words, standard: number, max = YEARS_10): NumberParameter =>
  numberOf('days', label, 'days', [1, standard, max]);

const PURCHASES: Template[] = [
  {
    id: 'first-time-buyers',
    group: 'purchases',
    name: { en: 'First-time buyers', ru: 'Купили впервые' },
    description: {
      en: 'Exactly one order so far, made lately: the second is the hardest to get.',
      ru: 'Ровно один заказ за всё время, и недавно: труднее всего получить второй.',
    },
    parameters: [days({ en: 'Bought in the last days', ru: 'Купили за последние дни' }, 90)],
    rule: (chosen) => ({
      type: 'all',
      children: [
        { type: 'purchase', measure: 'orders', op: 'is', value: 1 },
        { type: 'purchase', measure: 'orders', op: 'gte', value: 1, window: lastDays(chosen.number('days')) },
      ],
    }),
  },
  {
    id: 'repeat-buyers',
    group: 'purchases',
    name: { en: 'Repeat buyers', ru: 'Покупают повторно' },
    description: { en: 'Came back at least once.', ru: 'Вернулись за покупкой хотя бы раз.' },
    parameters: [
      numberOf('orders', { en: 'Orders, at least', ru: 'Заказов, не меньше' }, 'orders', [2, 2, 1_000]),
    ],
    rule: (chosen) => ({ type: 'purchase', measure: 'orders', op: 'gte', value: chosen.number('orders') }),
  },
  {
    id: 'lapsed',
    group: 'purchases',
    name: { en: 'Have not bought for long', ru: 'Давно не покупали' },
    description: {
      en: 'Used to buy, and the last order is longer ago than so many days.',
      ru: 'Раньше покупали, и с последнего заказа прошло больше указанных дней.',
    },
    parameters: [days({ en: 'Days without an order', ru: 'Дней без заказа' }, 180)],
    rule: (chosen) => ({
      type: 'purchase',
      measure: 'daysSinceLast',
      op: 'gte',
      value: chosen.number('days'),
    }),
  },
  {
    id: 'big-spenders',
    group: 'purchases',
    name: { en: 'Big spenders', ru: 'Тратят больше всех' },
    description: {
      en: 'The top per cent of buyers by revenue. The amount they begin at is taken from today’s purchases and saved with the segment: it stays, and who reaches it comes in.',
      ru: 'Верхние проценты покупателей по сумме. Граница берётся из сегодняшних покупок и сохраняется в сегменте: она не меняется, а кто её достигнет — входит.',
    },
    parameters: [
      numberOf(
        'percent',
        { en: 'Top per cent of buyers', ru: 'Верхние проценты покупателей' },
        'percent',
        [1, 10, 50],
      ),
    ],
    figured: async (chosen, env) => {
      const percent = chosen.number('percent');
      const value = await env.topRevenue(percent);
      const money = (locale: string) => formatMoney(BigInt(value), env.baseCurrency, locale);
      return {
        rule: { type: 'purchase', measure: 'revenue', op: 'gte', value },
        note: {
          en: `Today the top ${percent} % of buyers begin at ${money('en-GB')}.`,
          ru: `Сегодня верхние ${percent} % покупателей начинаются с ${money('ru-RU')}.`,
        },
      };
    },
  },
];

const RFM: Template[] = CELLS.map((cell) => ({
  id: `rfm-${cell.replaceAll('_', '-')}`,
  group: 'rfm',
  name: { en: `RFM: ${CELL_LABELS[cell].en}`, ru: `RFM: ${CELL_LABELS[cell].ru}` },
  description: CELL_ADVICE[cell],
  parameters: [],
  rule: () => ({ type: 'rfm', measure: 'cell', op: 'in', value: [cell] }),
}));

const INTEREST: Template[] = [
  {
    id: 'abandoned-cart',
    group: 'interest',
    name: { en: 'Abandoned cart', ru: 'Брошенная корзина' },
    description: {
      en: 'Put something into the cart and has not bought it; nothing newer waits there, so that nobody is disturbed while choosing.',
      ru: 'Положили товар в корзину и не купили; новее там ничего нет, чтобы не мешать тем, кто ещё выбирает.',
    },
    parameters: [
      days({ en: 'Carts of the last days', ru: 'Корзины за последние дни' }, 7, 366),
      numberOf('hours', { en: 'Hours left alone', ru: 'Часов без движения' }, 'hours', [1, 2, 168]),
    ],
    rule: (chosen) => ({
      type: 'all',
      children: [
        { type: 'wanted', of: 'product', sign: 'carted', window: lastDays(chosen.number('days')) },
        {
          type: 'not',
          child: {
            type: 'wanted',
            of: 'product',
            sign: 'carted',
            window: { type: 'last', unit: 'hours', amount: chosen.number('hours') },
          },
        },
      ],
    }),
  },
  {
    id: 'browsed-category',
    group: 'interest',
    name: { en: 'Browsed a category, bought nothing of it', ru: 'Смотрели категорию и не купили' },
    description: {
      en: 'Came back to one category again and again and has bought nothing of it since.',
      ru: 'Несколько раз смотрели одну категорию и с тех пор ничего в ней не купили.',
    },
    parameters: [
      days({ en: 'Looked in the last days', ru: 'Смотрели за последние дни' }, 30, 366),
      numberOf(
        'times',
        { en: 'Looked, at least times', ru: 'Смотрели, не меньше раз' },
        'times',
        [1, 3, 100],
      ),
      {
        key: 'categories',
        type: 'ids',
        of: 'categories',
        label: { en: 'Categories (any when none)', ru: 'Категории (любая, если не указаны)' },
        default: [],
      },
    ],
    rule: (chosen) => {
      const named = chosen.ids('categories');
      return {
        type: 'wanted',
        of: 'category',
        sign: 'viewed',
        times: chosen.number('times'),
        window: lastDays(chosen.number('days')),
        ...(named.length === 0 ? {} : { named }),
      };
    },
  },
];

const PEOPLE: Template[] = [
  {
    id: 'birthday',
    group: 'people',
    name: { en: 'Birthday this week', ru: 'День рождения на этой неделе' },
    description: {
      en: 'Birthday today or in the days that follow, by the shop’s time zone.',
      ru: 'День рождения сегодня или в ближайшие дни, по часовому поясу магазина.',
    },
    parameters: [days({ en: 'Days, today included', ru: 'Дней, считая сегодня' }, 7, 366)],
    rule: (chosen, env) => ({
      type: 'attribute',
      field: 'birthday',
      op: 'anniversary',
      days: chosen.number('days'),
      zone: env.zone,
    }),
  },
  {
    id: 'no-consent',
    group: 'people',
    name: { en: 'No consent yet', ru: 'Ещё нет согласия' },
    description: {
      en: 'Has an email address and no consent to letters: never given, or withdrawn.',
      ru: 'Есть эл. почта, а согласия на письма нет: не давали или отозвали.',
    },
    parameters: [
      {
        key: 'purpose',
        type: 'text',
        label: { en: 'Purpose', ru: 'Цель' },
        default: 'marketing',
      },
    ],
    rule: (chosen) => ({
      type: 'all',
      children: [
        { type: 'attribute', field: 'email', op: 'exists' },
        { type: 'consent', op: 'lacks', purpose: chosen.text('purpose'), channel: 'email' },
      ],
    }),
  },
];

const templates = new Map<string, Template>(
  [...PURCHASES, ...RFM, ...INTEREST, ...PEOPLE].map((one) => [one.id, one]),
);

/** Adds a ready-made segment of another module; a second one of the same id replaces the first. */
export function registerTemplate(template: Template): void {
  templates.set(template.id, template);
}

export const allTemplates = (): Template[] => [...templates.values()];
export const templateOf = (id: string): Template | undefined => templates.get(id);
