import { Button, Group } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { RuleView } from '../../../api/earning.ts';
import { rules } from '../../../api/earning.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import { useWrite } from '../../../ui/mutation.ts';

type To = 'live' | 'paused' | 'ended';

/** Into service, a pause, the end. */
export function RuleActions({ rule }: { rule: RuleView }) {
  const { t } = useTranslation('earning');
  const [asking, ask] = useDisclosure(false);
  const { name } = rule.definition;
  const move = useWrite({
    run: (to: To) => rules.move(rule.id, rule.version, to),
    touches: ['loyalty'],
    done: (_, to) => t(`moved.${to}`),
    onDone: ask.close,
  });
  if (rule.state === 'ended') return null;
  const to = rule.state === 'live' ? 'paused' : 'live';
  const word = t(rule.state === 'paused' ? 'resume' : to === 'live' ? 'launch' : 'pause');
  return (
    <Group gap={6} wrap="nowrap">
      <Button
        size="compact-sm"
        variant="default"
        loading={move.isPending && move.variables === to}
        aria-label={`${word}: ${name}`}
        onClick={() => move.mutate(to)}
      >
        {word}
      </Button>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        aria-label={`${t('end')}: ${name}`}
        onClick={ask.open}
      >
        {t('end')}
      </Button>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('endTitle', { name })}
        text={t('endText')}
        yes={t('end')}
        danger
        busy={move.isPending}
        onYes={() => move.mutate('ended')}
      />
    </Group>
  );
}
