import type { UseFormReturnType } from '@mantine/form';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { newKey } from '../../../api/client.ts';
import { fieldErrors } from '../../../api/problem.ts';
import type { LadderDraft, LadderView } from '../../../api/standing.ts';
import type { Blank } from '../amounts.ts';
import { blankOf, minorOf, orNull, unitsOf } from '../amounts.ts';

/** A ladder as fields, named as the API names them; a threshold of money is in units of the currency. */

export type TierFields = {
  /** Of the row on the screen. */
  key: string;
  /** Of a tier that is there already. */
  id?: string;
  name: string;
  threshold: Blank;
  neverDowngrade: boolean;
  benefits: {
    multiplier: Blank;
    discountPercent: Blank;
    freeShipping: boolean;
    couponCampaignIds: string[];
  };
};
export type LadderFields = {
  name: string;
  measure: LadderView['measure'];
  window: { kind: LadderView['window']['kind']; unit: 'days' | 'months'; count: Blank };
  counts: LadderView['counts'];
  downgrade: LadderView['downgrade'];
  graceDays: Blank;
  stepDays: Blank;
  tiers: TierFields[];
};
export type LadderForm = UseFormReturnType<LadderFields>;

export const freshTier = (name = ''): TierFields => ({
  key: newKey(),
  name,
  threshold: '',
  neverDowngrade: false,
  benefits: {
    multiplier: 1,
    discountPercent: '',
    freeShipping: false,
    couponCampaignIds: [],
  },
});

export function useLadderForm(ladder: LadderView | null, currency: string): LadderForm {
  const { t } = useTranslation('ladders');
  return useForm<LadderFields>({
    initialValues:
      ladder === null
        ? {
            name: t('fresh.name'),
            measure: 'spend',
            window: { kind: 'rolling', unit: 'months', count: 12 },
            counts: 'all',
            downgrade: 'matching',
            graceDays: 30,
            stepDays: 30,
            tiers: [t('fresh.silver'), t('fresh.gold'), t('fresh.platinum')].map(freshTier),
          }
        : fieldsOf(ladder, currency),
    validate: {
      name: (name) => (name.trim() === '' ? t('wrong.name') : null),
      window: {
        count: (count, { window }) => (window.kind === 'rolling' && !count ? t('wrong.count') : null),
      },
      tiers: {
        name: (name) => (name.trim() === '' ? t('wrong.name') : null),
        threshold: (threshold, { tiers }, path) => {
          if (threshold === '') return t('wrong.threshold');
          const before = tiers[Number(path.split('.')[1]) - 1]?.threshold;
          return typeof before === 'number' && threshold <= before ? t('wrong.ascending') : null;
        },
      },
    },
  });
}

function fieldsOf(ladder: LadderView, currency: string): LadderFields {
  const { name, measure, counts, downgrade, graceDays, stepDays, window } = ladder;
  return {
    name,
    measure,
    counts,
    downgrade,
    graceDays,
    stepDays,
    window: { unit: 'months', count: 12, ...window },
    tiers: ladder.tiers.map(({ id, benefits, threshold, ...tier }) => ({
      ...tier,
      key: id,
      id,
      threshold: measure === 'spend' ? unitsOf(threshold, currency) : threshold,
      benefits: {
        ...benefits,
        multiplier: Number(benefits.multiplier),
        discountPercent: blankOf(benefits.discountPercent === null ? null : Number(benefits.discountPercent)),
      },
    })),
  };
}

/** What is sent; of the window only the fields of its kind. */
export function draftOf(values: LadderFields, programId: string, currency: string): LadderDraft {
  const { kind, unit, count } = values.window;
  return {
    programId,
    measure: values.measure,
    counts: values.counts,
    downgrade: values.downgrade,
    graceDays: orNull(values.graceDays) ?? 0,
    stepDays: orNull(values.stepDays) ?? 30,
    window: kind === 'rolling' ? { kind, unit, count: Number(count) } : { kind },
    tiers: values.tiers.map(({ key: _key, threshold, benefits, ...tier }) => ({
      ...tier,
      threshold:
        values.measure === 'spend' ? minorOf(Number(threshold), currency) : Math.round(Number(threshold)),
      benefits: {
        ...benefits,
        multiplier: String(orNull(benefits.multiplier) ?? 1),
        discountPercent: orNull(benefits.discountPercent),
      },
    })),
  };
}

/** Puts the API's errors at the fields; true when every one has found its place. */
export function showErrors(form: LadderForm, error: unknown): boolean {
  const found = fieldErrors(error);
  form.setErrors(found);
  const paths = Object.keys(found);
  return paths.length > 0 && paths.every((path) => (path.split('.')[0] ?? '') in form.values);
}
