import { NumberInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { debtExample, expiryExample, pendingExample, returnedExample } from './examples.ts';
import { Choice, Fields, Part } from './fields.tsx';
import type { Form } from './form.ts';

/** When points can be spent, and until when. */
export function TermsPart({ form }: { form: Form }) {
  const { t } = useTranslation('loyalty');
  return (
    <Part title={t('form.terms')} hint={t('form.termsHint')}>
      <Pending form={form} />
      <Expiry form={form} />
    </Part>
  );
}

function Pending({ form }: { form: Form }) {
  const { t } = useTranslation('loyalty');
  const { kind } = form.values.settings.pending;
  return (
    <Fields example={pendingExample(t, form.values.settings)}>
      <Choice
        form={form}
        path="settings.pending.kind"
        label={t('form.pending')}
        kinds={['days', 'until', 'event'] as const}
        words={(one) => t(`form.pendingKind.${one}`)}
      />
      {kind === 'days' && (
        <NumberInput
          label={t('form.pendingDays')}
          description={t('form.pendingDaysHint')}
          min={0}
          allowDecimal={false}
          {...form.getInputProps('settings.pending.days')}
        />
      )}
      {kind === 'until' && (
        <TextInput
          type="date"
          label={t('form.pendingDate')}
          {...form.getInputProps('settings.pending.date')}
        />
      )}
      {kind === 'event' && (
        <>
          <TextInput
            label={t('form.pendingEvent')}
            description={t('form.pendingEventHint')}
            {...form.getInputProps('settings.pending.event')}
          />
          <NumberInput
            label={t('form.pendingMax')}
            description={t('form.pendingMaxHint')}
            min={1}
            allowDecimal={false}
            {...form.getInputProps('settings.pending.maxDays')}
          />
        </>
      )}
    </Fields>
  );
}

function Expiry({ form }: { form: Form }) {
  const { t } = useTranslation('loyalty');
  const { kind } = form.values.settings.expiry;
  return (
    <Fields example={expiryExample(t, form.values.settings)}>
      <Choice
        form={form}
        path="settings.expiry.kind"
        label={t('form.expiry')}
        kinds={['never', 'term', 'dates', 'inactivity'] as const}
        words={(one) => t(`form.expiryKind.${one}`)}
      />
      {(kind === 'term' || kind === 'inactivity') && (
        <>
          <NumberInput
            label={t('form.expiryCount')}
            min={1}
            allowDecimal={false}
            {...form.getInputProps('settings.expiry.count')}
          />
          <Choice
            form={form}
            path="settings.expiry.unit"
            label={t('form.expiryUnit')}
            kinds={['days', 'months'] as const}
            words={(one) => t(`form.unit.${one}`)}
          />
        </>
      )}
      {kind === 'inactivity' && (
        <Choice
          form={form}
          path="settings.expiry.by"
          label={t('form.expiryBy')}
          kinds={['any', 'earning'] as const}
          words={(one) => t(`form.expiryByKind.${one}`)}
        />
      )}
      {kind === 'dates' && (
        <>
          <TextInput
            label={t('form.expiryDates')}
            description={t('form.expiryDatesHint')}
            {...form.getInputProps('settings.expiry.dates')}
          />
          <NumberInput
            label={t('form.expiryMinDays')}
            description={t('form.expiryMinDaysHint')}
            min={0}
            allowDecimal={false}
            {...form.getInputProps('settings.expiry.minDays')}
          />
        </>
      )}
    </Fields>
  );
}

/** What happens to points when goods come back. */
export function ReturnsPart({ form }: { form: Form }) {
  const { t } = useTranslation('loyalty');
  const { settings } = form.values;
  return (
    <Part title={t('form.returns')} hint={t('form.returnsHint')}>
      <Fields example={debtExample(t, settings)}>
        <Choice
          form={form}
          path="settings.debt.kind"
          label={t('form.debt')}
          kinds={['refuse', 'allow'] as const}
          words={(kind) => t(`form.debtKind.${kind}`)}
        />
        {settings.debt.kind === 'allow' && (
          <NumberInput
            label={t('form.debtLimit')}
            min={1}
            allowDecimal={false}
            {...form.getInputProps('settings.debt.limit')}
          />
        )}
      </Fields>
      <Fields example={returnedExample(t, settings)}>
        <Choice
          form={form}
          path="settings.returnedExpired.kind"
          label={t('form.returned')}
          kinds={['extend', 'expire'] as const}
          words={(kind) => t(`form.returnedKind.${kind}`)}
        />
        {settings.returnedExpired.kind === 'extend' && (
          <NumberInput
            label={t('form.returnedDays')}
            min={1}
            allowDecimal={false}
            {...form.getInputProps('settings.returnedExpired.days')}
          />
        )}
      </Fields>
    </Part>
  );
}
