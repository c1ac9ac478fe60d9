import { ActionIcon, Popover, Text } from '@mantine/core';
import { IconInfoCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** The definition behind a figure, one press away, for the mouse and the keyboard alike. */
export function Why({ text }: { text: string }) {
  const { t } = useTranslation();
  return (
    <Popover width={280} withArrow shadow="md" position="top">
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" c="dimmed" size="sm" aria-label={t('action.why')}>
          <IconInfoCircle size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <Text size="sm">{text}</Text>
      </Popover.Dropdown>
    </Popover>
  );
}
