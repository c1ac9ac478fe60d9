import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { RuleHistory } from './history.ts';

/** One step back and forth. */
export function Steps({ history }: { history: RuleHistory }) {
  const { t } = useTranslation('segments');
  const { undo, redo } = history;
  const buttons = [
    { label: t('builder.undo'), keys: 'Ctrl Z', act: undo, icon: <IconArrowBackUp size={17} /> },
    { label: t('builder.redo'), keys: 'Ctrl Shift Z', act: redo, icon: <IconArrowForwardUp size={17} /> },
  ];
  return (
    <Group mb="xs" gap="xs" wrap="nowrap">
      <Text size="xs" c="dimmed" visibleFrom="sm">
        {t('builder.keysHint')}
      </Text>
      <Group gap={4} wrap="nowrap" ml="auto">
        {buttons.map(({ label, keys, act, icon }) => (
          <Tooltip key={label} label={`${label} (${keys})`}>
            <ActionIcon
              variant="default"
              size="lg"
              aria-label={label}
              aria-disabled={act === undefined}
              data-disabled={act === undefined ? true : undefined}
              onClick={() => act?.()}
            >
              {icon}
            </ActionIcon>
          </Tooltip>
        ))}
      </Group>
    </Group>
  );
}
