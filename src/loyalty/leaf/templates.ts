import type { Template } from '../../segments/index.ts';

/** A ready-made segment: a little more, and they have the next tier. */
export const nearNextTier: Template = {
  id: 'near-next-tier',
  group: 'loyalty',
  name: { en: 'One step from the next tier', ru: 'В шаге от следующего уровня' },
  description: {
    en: 'Little is missing to the next tier of the loyalty program: worth telling them.',
    ru: 'До следующего уровня программы лояльности не хватает совсем немного: стоит напомнить.',
  },
  parameters: [
    {
      key: 'missing',
      type: 'number',
      label: {
        en: 'Missing at most (minor units of money, points or orders, as the tiers are measured)',
        ru: 'Не хватает не больше (копеек, баллов или заказов, смотря чем меряются уровни)',
      },
      default: 1_000,
      min: 1,
      max: 1_000_000_000,
      unit: 'points',
    },
  ],
  rule: (chosen) => ({ type: 'loyalty', field: 'tier', op: 'near', missing: chosen.number('missing') }),
};

/** Whoever is about to lose points has a reason to come. */
export const pointsExpiring: Template = {
  id: 'points-expiring',
  group: 'loyalty',
  name: { en: 'Points are about to expire', ru: 'Баллы скоро сгорят' },
  description: {
    en: 'Some of their points expire within days: a good moment to remind them.',
    ru: 'Часть баллов сгорит в ближайшие дни: самое время напомнить.',
  },
  parameters: [
    {
      key: 'days',
      type: 'number',
      label: { en: 'Expire within', ru: 'Сгорают в ближайшие' },
      default: 14,
      min: 1,
      max: 366,
      unit: 'days',
    },
    {
      key: 'points',
      type: 'number',
      label: { en: 'At least', ru: 'Не меньше' },
      default: 1,
      min: 1,
      max: 1_000_000_000,
      unit: 'points',
    },
  ],
  rule: (chosen) => ({
    type: 'loyalty',
    field: 'expiring',
    days: chosen.number('days'),
    op: 'gte',
    value: chosen.number('points'),
  }),
};
