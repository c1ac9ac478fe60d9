import { Radio, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Sentence } from '../start/Sentence.tsx';
import { StartFields } from '../start/StartFields.tsx';
import type { StepProps } from './CampaignWizard.tsx';

/** The name, and whether it is sent or starts by itself; of the latter, what starts it. */
export function StartStep({ draft, set, errors }: StepProps) {
  const { t } = useTranslation(['campaigns', 'starts']);
  const itself = draft.when === 'trigger';
  return (
    <Stack maw={640}>
      <TextInput
        label={t('campaigns:name')}
        autoFocus
        value={draft.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
        error={errors['name']}
      />
      <Radio.Group
        label={t('starts:how')}
        value={itself ? 'itself' : 'schedule'}
        onChange={(kind) => set({ when: kind === 'itself' ? 'trigger' : 'now' })}
        error={errors['trigger']}
      >
        <Stack gap="xs" mt="xs">
          {(['schedule', 'itself'] as const).map((kind) => (
            <Radio
              key={kind}
              value={kind}
              label={t(`starts:kinds.${kind}`)}
              description={t(`starts:kindHint.${kind}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {itself && (
        <>
          <StartFields
            trigger={draft.trigger}
            set={(change) => set({ trigger: { ...draft.trigger, ...change } })}
            errorAt={(path) => errors[`trigger.start.${path}`]}
          />
          <Sentence trigger={draft.trigger} segmentId={draft.segmentId} />
        </>
      )}
    </Stack>
  );
}
