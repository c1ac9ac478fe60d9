import { Radio, Select, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { segments } from '../../../api/segments.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import type { StepProps } from './CampaignWizard.tsx';

const PURPOSES = ['informational', 'activation'] as const;

export function WhoStep({ draft, set, errors }: StepProps) {
  const { t } = useTranslation('campaigns');
  const itself = draft.when === 'trigger';
  const list = useList(segments.list(200));
  return (
    <Stack maw={560}>
      <Select
        label={t(itself ? 'wizard.onlyIn' : 'segment')}
        description={t(itself ? 'wizard.onlyInHint' : 'wizard.segmentHint')}
        placeholder={itself ? t('wizard.everybody') : undefined}
        searchable
        clearable={itself}
        data={(list.rows ?? []).map(({ id, name, count }) => ({
          value: id,
          label: count === null ? name : `${name} · ${numberText(count, locale())}`,
        }))}
        value={draft.segmentId}
        onChange={(segmentId) => set({ segmentId })}
        error={errors['segmentId']}
      />
      <Radio.Group
        label={t('purpose')}
        value={draft.purpose}
        onChange={(value) => {
          const purpose = value === 'activation' ? 'activation' : 'informational';
          if (purpose !== draft.purpose) set({ purpose, templateId: null, couponCampaignId: null });
        }}
        error={errors['purpose']}
      >
        <Stack gap="xs" mt="xs">
          {PURPOSES.map((purpose) => (
            <Radio
              key={purpose}
              value={purpose}
              label={t(`purposes.${purpose}`)}
              description={t(`purposeHint.${purpose}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
    </Stack>
  );
}
