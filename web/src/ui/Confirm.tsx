import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** Asks before what can't be undone, in words that say what will happen. */
export function Confirm(props: {
  opened: boolean;
  onClose: () => void;
  title: string;
  text: ReactNode;
  yes: string;
  busy?: boolean;
  danger?: boolean;
  /** Something stands in the way; the text says what. */
  disabled?: boolean;
  onYes: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={props.title}>
      <Stack>
        <Text size="sm" component="div">
          {props.text}
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose} data-autofocus>
            {t('action.cancel')}
          </Button>
          <Button
            loading={props.busy ?? false}
            disabled={props.disabled ?? false}
            onClick={props.onYes}
            {...(props.danger === true ? { color: 'red' } : {})}
          >
            {props.yes}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
