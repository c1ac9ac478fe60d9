import type { Template } from '../segments/index.ts';

/** A ready-made segment: leads to call. */
export const hotLeads: Template = {
  id: 'hot-leads',
  group: 'sales',
  name: { en: 'Hot leads', ru: 'Горячие лиды' },
  description: {
    en: 'Fit, and keen right now: worth a call today.',
    ru: 'Подходят и активны прямо сейчас: стоит позвонить сегодня.',
  },
  parameters: [
    {
      key: 'grade',
      type: 'choice',
      label: { en: 'Grade', ru: 'Теплота' },
      default: 'hot',
      options: [
        { value: 'hot', label: { en: 'Hot', ru: 'Горячие' } },
        { value: 'warm', label: { en: 'Hot and warm', ru: 'Горячие и тёплые' } },
      ],
    },
  ],
  rule: (chosen) => ({
    type: 'sales',
    measure: 'grade',
    op: 'in',
    value: chosen.text('grade') === 'warm' ? ['hot', 'warm'] : ['hot'],
  }),
};
