import type { ReadyKey } from './contract.ts';

/** The ready-made campaigns: what starts each, how long it waits and how often somebody may get it. Texts stand in templates/ready. */

type Words = { en: string; ru: string };
export type Ready = {
  key: ReadyKey;
  name: Words;
  description: Words;
  /** What has to be there. */
  needs: 'program' | null;
  /** A segment made with it, which its start names. */
  segment: { name: Words; rule: Record<string, unknown> } | null;
  /** The trigger of the draft, of the programme and the segment it needs. */
  trigger: (made: { programId: string; segmentId: string }) => Record<string, unknown>;
};

const DAY_MINUTES = 24 * 60;
const AT = '10:00';
const after = (days: number) => ({ type: 'after', days });
const NO_ORDER = [{ type: 'order' }];
const LAPSED_DAYS = 90;

export const READY: readonly Ready[] = [
  {
    key: 'welcome',
    name: { en: 'Welcome', ru: 'Приветствие' },
    description: {
      en: 'Greets who has just signed up. Starts with the event "Signed Up" from your server; once for each contact.',
      ru: 'Встречает тех, кто только что зарегистрировался. Начинается с события «Signed Up» с вашего сервера; один раз для каждого.',
    },
    needs: null,
    segment: null,
    trigger: () => ({ start: { type: 'event', name: 'Signed Up' }, reentry: { type: 'once' } }),
  },
  {
    key: 'birthday',
    name: { en: 'Birthday', ru: 'День рождения' },
    description: {
      en: 'Congratulates on the day at ten by the contact’s clock, every year. Works best with a coupon.',
      ru: 'Поздравляет в сам день в десять по часам контакта, каждый год. Лучше всего — с купоном.',
    },
    needs: null,
    segment: null,
    trigger: () => ({ start: { type: 'date', field: 'birthday', at: AT, yearly: true } }),
  },
  {
    key: 'abandoned-cart',
    name: { en: 'Abandoned cart', ru: 'Брошенная корзина' },
    description: {
      en: 'Two hours after something was put into the cart, unless an order came; at most once a week. Shows what is in it.',
      ru: 'Через два часа после того, как товар положили в корзину, если не пришёл заказ; не чаще раза в неделю. Показывает, что в ней.',
    },
    needs: null,
    segment: null,
    trigger: () => ({
      start: { type: 'event', name: 'Product Added', trust: 'public' },
      delayMinutes: 120,
      cancelOn: NO_ORDER,
      reentry: after(7),
    }),
  },
  {
    key: 'wanted',
    name: { en: 'Wanted but not bought', ru: 'Хотели, но не купили' },
    description: {
      en: 'A day after somebody looked at a product and did not buy; at most once in two weeks. Shows what was looked at.',
      ru: 'Через день после того, как товар посмотрели и не купили; не чаще раза в две недели. Показывает, что смотрели.',
    },
    needs: null,
    segment: null,
    trigger: () => ({
      start: { type: 'event', name: 'Product Viewed', trust: 'public' },
      delayMinutes: DAY_MINUTES,
      cancelOn: NO_ORDER,
      reentry: after(14),
    }),
  },
  {
    key: 'win-back',
    name: { en: 'Win back', ru: 'Возвращение' },
    description: {
      en: 'When the last order is 90 days ago; makes the segment for it. At most twice a year. Works best with a coupon.',
      ru: 'Когда с последнего заказа прошло 90 дней; сегмент создаётся вместе с кампанией. Не чаще двух раз в год. Лучше всего — с купоном.',
    },
    needs: null,
    segment: {
      name: { en: 'No order for 90 days', ru: 'Без заказов 90 дней' },
      rule: { type: 'purchase', measure: 'daysSinceLast', op: 'gte', value: LAPSED_DAYS },
    },
    trigger: ({ segmentId }) => ({
      start: { type: 'segment', segmentId, on: 'entered' },
      stillIn: true,
      reentry: after(180),
    }),
  },
  {
    key: 'cross-sell',
    name: { en: 'After the purchase', ru: 'После покупки' },
    description: {
      en: 'A week after an order: what others bought together with it. At most once a month.',
      ru: 'Через неделю после заказа: что другие покупали вместе с этим. Не чаще раза в месяц.',
    },
    needs: null,
    segment: null,
    trigger: () => ({ start: { type: 'order' }, delayMinutes: 7 * DAY_MINUTES, reentry: after(30) }),
  },
  {
    key: 'points-expiring',
    name: { en: 'Points expire soon', ru: 'Баллы скоро сгорят' },
    description: {
      en: 'Two weeks before points are over: how many, and what to spend them on.',
      ru: 'За две недели до сгорания баллов: сколько их и на что потратить.',
    },
    needs: 'program',
    segment: null,
    trigger: ({ programId }) => ({ start: { type: 'points_expiring', programId, daysBefore: 14, at: AT } }),
  },
  {
    key: 'tier-reached',
    name: { en: 'Tier reached', ru: 'Новый уровень' },
    description: {
      en: 'At once when a member reaches a tier, with what is missing to the next.',
      ru: 'Сразу, когда участник достиг уровня; с тем, сколько осталось до следующего.',
    },
    needs: 'program',
    segment: null,
    trigger: ({ programId }) => ({ start: { type: 'tier', programId, on: 'reached' } }),
  },
  {
    key: 'tier-losing',
    name: { en: 'Tier about to be lost', ru: 'Уровень скоро закончится' },
    description: {
      en: 'Two weeks before a tier ends. At most once a month.',
      ru: 'За две недели до конца уровня. Не чаще раза в месяц.',
    },
    needs: 'program',
    segment: null,
    trigger: ({ programId }) => ({
      start: { type: 'tier', programId, on: 'losing', daysBefore: 14, at: AT },
      reentry: after(30),
    }),
  },
  {
    key: 'review-request',
    name: { en: 'Request for a review', ru: 'Просьба об отзыве' },
    description: {
      en: 'Two weeks after an order. At most once in two months.',
      ru: 'Через две недели после заказа. Не чаще раза в два месяца.',
    },
    needs: null,
    segment: null,
    trigger: () => ({ start: { type: 'order' }, delayMinutes: 14 * DAY_MINUTES, reentry: after(60) }),
  },
  {
    key: 'order-status',
    name: { en: 'Order status', ru: 'Статус заказа' },
    description: {
      en: 'Tells at once of every "Order Updated" that your server sends, with its number and status.',
      ru: 'Сразу сообщает о каждом «Order Updated» с вашего сервера: номер и статус.',
    },
    needs: null,
    segment: null,
    trigger: () => ({ start: { type: 'event', name: 'Order Updated' } }),
  },
];
