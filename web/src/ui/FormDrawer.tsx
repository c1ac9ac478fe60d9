import { Button, Drawer, Group, Stack } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

/** A form beside the page it changes: Escape closes, Enter saves, the first field has the focus. */
export function FormDrawer(props: {
  opened: boolean;
  onClose: () => void;
  title: string;
  submit: string;
  busy: boolean;
  onSubmit: (event: FormEvent<HTMLFormElement>) => void;
  children: ReactNode;
  size?: string;
}) {
  const { t } = useTranslation();
  return (
    <Drawer opened={props.opened} onClose={props.onClose} title={props.title} size={props.size ?? 'md'}>
      <form onSubmit={props.onSubmit} noValidate>
        <Stack>
          {props.children}
          <Group justify="flex-end" mt="sm">
            <Button variant="default" onClick={props.onClose}>
              {t('action.cancel')}
            </Button>
            <Button type="submit" loading={props.busy}>
              {props.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Drawer>
  );
}
