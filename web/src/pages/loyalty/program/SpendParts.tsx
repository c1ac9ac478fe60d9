import { NumberInput, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { currencyDigits } from '../../../lib/format.ts';
import { capExample, orderExample, valueExample } from './examples.ts';
import { Choice, Fields, Part } from './fields.tsx';
import type { Form } from './form.ts';

const digits = (currency: string): number => (/^[A-Z]{3}$/.test(currency) ? currencyDigits(currency) : 2);

/** What points are worth, and how much of an order they pay. */
export function SpendPart({ form }: { form: Form }) {
  const { t } = useTranslation('loyalty');
  const { settings, currency } = form.values;
  const scale = digits(currency);
  return (
    <Part title={t('form.spending')} hint={t('form.spendingHint')}>
      <Fields example={valueExample(t, settings, currency)}>
        <NumberInput
          label={t('form.value')}
          description={t('form.valueHint', { currency })}
          min={0}
          decimalScale={scale}
          {...form.getInputProps('settings.valueOf100Minor')}
        />
      </Fields>
      <Fields example={t(`form.spendAsExample.${settings.spendAs}`)}>
        <Choice
          form={form}
          path="settings.spendAs"
          label={t('form.spendAs')}
          kinds={['discount', 'payment'] as const}
          words={(kind) => t(`form.spendAsChoice.${kind}`)}
        />
      </Fields>
      <Fields example={capExample(t, settings, currency)}>
        <NumberInput
          label={t('form.capPercent')}
          description={t('form.capPercentHint')}
          min={0}
          max={100}
          decimalScale={3}
          {...form.getInputProps('settings.spendCap.percentOfOrder')}
        />
        <NumberInput
          label={t('form.capAmount')}
          description={t('form.capAmountHint', { currency })}
          min={0}
          decimalScale={scale}
          {...form.getInputProps('settings.spendCap.amountMinor')}
        />
      </Fields>
      <Fields>
        <NumberInput
          label={t('form.minBalance')}
          description={t('form.minBalanceHint')}
          min={0}
          allowDecimal={false}
          {...form.getInputProps('settings.spendCap.minBalance')}
        />
      </Fields>
      <Fields example={orderExample(t, settings)}>
        <NumberInput
          label={t('form.maxPointsPerOrder')}
          description={t('form.maxPointsPerOrderHint')}
          min={1}
          allowDecimal={false}
          {...form.getInputProps('settings.maxPointsPerOrder')}
        />
      </Fields>
      <Fields example={t(`form.earnExample.${settings.earnOnPointsPart ? 'yes' : 'no'}`)}>
        <Switch
          label={t('form.earnOnPointsPart')}
          {...form.getInputProps('settings.earnOnPointsPart', { type: 'checkbox' })}
        />
      </Fields>
    </Part>
  );
}

/** How amounts are rounded and percentages put together. */
export function ReckoningPart({ form }: { form: Form }) {
  const { t } = useTranslation('loyalty');
  const { rounding, percentBase } = form.values.settings;
  return (
    <Part title={t('form.reckoning')} hint={t('form.reckoningHint')}>
      <Fields example={t(`form.roundingExample.${rounding}`)}>
        <Choice
          form={form}
          path="settings.rounding"
          label={t('form.rounding')}
          kinds={['half_up', 'half_even', 'down', 'up'] as const}
          words={(kind) => t(`form.roundingKind.${kind}`)}
        />
      </Fields>
      <Fields example={t(`form.percentBaseExample.${percentBase}`)}>
        <Choice
          form={form}
          path="settings.percentBase"
          label={t('form.percentBase')}
          kinds={['initial', 'reduced'] as const}
          words={(kind) => t(`form.percentBaseKind.${kind}`)}
        />
      </Fields>
    </Part>
  );
}
