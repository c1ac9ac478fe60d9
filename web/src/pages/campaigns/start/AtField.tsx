import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TriggerDraft } from './model.ts';

export type TriggerProps = {
  trigger: TriggerDraft;
  set: (change: Partial<TriggerDraft>) => void;
  /** What the server says of a field of the start. */
  errorAt: (path: string) => string | undefined;
};

/** The hour of a start that comes on a day of its own. */
export function AtField({ trigger, set, errorAt }: TriggerProps) {
  const { t } = useTranslation('starts');
  return (
    <TextInput
      type="time"
      label={t('at')}
      description={t('atHint')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      w={180}
      value={trigger.at}
      onChange={(event) => set({ at: event.currentTarget.value })}
      error={errorAt('at')}
    />
  );
}
