import { Alert } from '@mantine/core';
import { IconBolt } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { TriggerDraft } from './model.ts';
import { triggerInputOf } from './model.ts';
import { useTriggerWords } from './words.ts';

/** What the fields say, in one sentence, while they are filled in. */
export function Sentence({ trigger, segmentId }: { trigger: TriggerDraft; segmentId: string | null }) {
  const { t } = useTranslation('starts');
  const words = useTriggerWords();
  const input = triggerInputOf(trigger);
  return (
    <Alert
      color={input === null ? 'gray' : 'pine'}
      icon={<IconBolt size={18} />}
      title={t('sentence')}
      role="status"
    >
      {input === null ? t('unfinished') : words(input, segmentId)}
    </Alert>
  );
}
