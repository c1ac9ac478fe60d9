import { Button, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TemplateTry } from '../../api/templates.ts';
import { templates } from '../../api/templates.ts';
import { ApiError } from '../../api/problem.ts';
import { problemText } from '../../i18n/problems.ts';
import { useMe } from '../../lib/me.ts';
import { useWrite } from '../../ui/mutation.ts';

/** Sends the text as it stands to oneself or a colleague; nothing is used up. */
export function TrySend({ disabled, ...tried }: Omit<TemplateTry, 'to'> & { disabled: boolean }) {
  const { t } = useTranslation('templates');
  const me = useMe();
  const [open, setOpen] = useState(false);
  const [to, setTo] = useState(me.user.email);
  const send = useWrite({
    run: () => templates.trySend({ ...tried, to }),
    touches: [],
    done: ({ to: address, provider }) =>
      provider === 'outbox' ? t('try.kept', { to: address }) : t('try.sent', { to: address }),
    onDone: () => setOpen(false),
    onProblem: (error) => error instanceof ApiError && error.status < 500,
  });
  const problem = send.error instanceof ApiError ? problemText(send.error) : undefined;
  return (
    <Popover opened={open} onChange={setOpen} width={300} position="bottom-end" trapFocus withArrow>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconSend size={15} />}
          disabled={disabled}
          onClick={() => setOpen(!open)}
        >
          {t('try.open')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <TextInput
            label={t('try.to')}
            type="email"
            value={to}
            error={problem}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          <Text size="sm" c="dimmed">
            {t('try.hint')}
          </Text>
          <Button size="sm" loading={send.isPending} onClick={() => send.mutate(undefined)}>
            {t('try.send')}
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
