import type { UseFormReturnType } from '@mantine/form';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { newKey } from '../../../api/client.ts';
import type { AccumulativeInput, AccumulativeView } from '../../../api/standing.ts';
import type { Blank } from '../amounts.ts';
import { blankOf, minorOf, orNull, unitsOf } from '../amounts.ts';

/** An accumulative discount as fields, named as the API names them; amounts are in units of the currency. */

type Step = { key: string; fromMinor: Blank; percent: Blank };
export type DiscountFields = {
  name: string;
  /** Empty: for everybody who is known. */
  programId: string;
  thresholds: Step[];
  window: { kind: AccumulativeView['window']['kind']; unit: 'days' | 'months'; count: Blank };
  countCurrentOrder: boolean;
  returns: AccumulativeView['returns'];
  precedence: {
    withPersonal: AccumulativeView['precedence']['withPersonal'];
    capPercent: Blank;
    withPriceList: AccumulativeView['precedence']['withPriceList'];
  };
};
export type DiscountForm = UseFormReturnType<DiscountFields>;

export const freshStep = (fromMinor: Blank = '', percent: Blank = ''): Step => ({
  key: newKey(),
  fromMinor,
  percent,
});

export function useDiscountForm(discount: AccumulativeView | undefined): DiscountForm {
  const { t } = useTranslation('discounts');
  return useForm<DiscountFields>({
    initialValues:
      discount === undefined
        ? {
            name: '',
            programId: '',
            thresholds: [freshStep(500, 2), freshStep(1_000, 3)],
            window: { kind: 'rolling', unit: 'months', count: 12 },
            countCurrentOrder: false,
            returns: 'subtract',
            precedence: { withPersonal: 'max', capPercent: '', withPriceList: 'add' },
          }
        : fieldsOf(discount),
    validate: {
      name: (name) => (name.trim() === '' ? t('wrong.name') : null),
      window: {
        count: (count, { window }) => (window.kind === 'rolling' && !count ? t('wrong.count') : null),
      },
      thresholds: {
        fromMinor: (from, { thresholds }, path) => {
          if (from === '') return t('wrong.from');
          const before = thresholds[Number(path.split('.')[1]) - 1]?.fromMinor;
          return typeof before === 'number' && from <= before ? t('wrong.ascending') : null;
        },
        percent: (percent) => (Number(percent) > 0 ? null : t('wrong.percent')),
      },
    },
  });
}

function fieldsOf(discount: AccumulativeView): DiscountFields {
  const { name, programId, currency, countCurrentOrder, returns, precedence, window } = discount;
  const { capPercent } = precedence;
  return {
    name,
    programId: programId ?? '',
    countCurrentOrder,
    returns,
    window: { unit: 'months', count: 12, ...window },
    precedence: { ...precedence, capPercent: blankOf(capPercent === null ? null : Number(capPercent)) },
    thresholds: discount.thresholds.map(({ fromMinor, percent }) =>
      freshStep(unitsOf(fromMinor, currency), Number(percent)),
    ),
  };
}

/** What is sent, but for the program and its currency, which stay as they were made. */
export function termsOf(values: DiscountFields, currency: string): Omit<AccumulativeInput, 'programId'> {
  const { kind, unit, count } = values.window;
  const { withPersonal, capPercent, withPriceList } = values.precedence;
  return {
    name: values.name.trim(),
    thresholds: values.thresholds.map(({ fromMinor, percent }) => ({
      fromMinor: minorOf(Number(fromMinor), currency),
      percent: Number(percent),
    })),
    window: kind === 'rolling' ? { kind, unit, count: Number(count) } : { kind },
    countCurrentOrder: values.countCurrentOrder,
    returns: values.returns,
    precedence: {
      withPersonal,
      withPriceList,
      capPercent: withPersonal === 'sum' ? orNull(capPercent) : null,
    },
  };
}
