import { NumberInput, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { adjustmentExample, claimExample } from './examples.ts';
import { Choice, Fields, Part } from './fields.tsx';
import type { Form } from './form.ts';

/** Joining and leaving, and what takes two people. */
export function MemberPart({ form }: { form: Form }) {
  const { t } = useTranslation('loyalty');
  const { settings } = form.values;
  return (
    <Part title={t('form.membership')} hint={t('form.membershipHint')}>
      <Fields>
        <TextInput
          label={t('form.termsVersion')}
          description={t('form.termsVersionHint')}
          {...form.getInputProps('settings.termsVersion')}
        />
      </Fields>
      <Textarea
        label={t('form.termsText')}
        description={t('form.termsTextHint')}
        autosize
        minRows={3}
        maxRows={14}
        {...form.getInputProps('settings.termsText')}
      />
      <Fields example={t('form.cardExample', { prefix: settings.cardPrefix })}>
        <TextInput
          label={t('form.cardPrefix')}
          description={t('form.cardPrefixHint')}
          inputMode="numeric"
          {...form.getInputProps('settings.cardPrefix')}
        />
      </Fields>
      <Fields example={claimExample(t, settings)}>
        <NumberInput
          label={t('form.claimDays')}
          description={t('form.claimDaysHint')}
          min={0}
          allowDecimal={false}
          {...form.getInputProps('settings.claimDays')}
        />
      </Fields>
      <Fields example={t(`form.leavingExample.${settings.leaving}`)}>
        <Choice
          form={form}
          path="settings.leaving"
          label={t('form.leaving')}
          kinds={['forfeit', 'freeze'] as const}
          words={(kind) => t(`form.leavingKind.${kind}`)}
        />
      </Fields>
      <Fields example={adjustmentExample(t, settings)}>
        <NumberInput
          label={t('form.adjustmentLimit')}
          description={t('form.adjustmentLimitHint')}
          min={0}
          allowDecimal={false}
          {...form.getInputProps('settings.adjustmentLimit')}
        />
      </Fields>
    </Part>
  );
}
