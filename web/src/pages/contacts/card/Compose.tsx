import { Button, Group, Paper, Stack, Tabs, Textarea } from '@mantine/core';
import { IconChecklist, IconNote, IconPhone } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactCard } from '../../../api/contacts.ts';
import { contacts } from '../../../api/contacts.ts';
import { useWrite } from '../../../ui/mutation.ts';
import { CallForm } from '../../work/CallForm.tsx';
import { TaskForm } from '../../work/TaskForm.tsx';

/** Note, task or call, written down without leaving the card. */
export function Compose({ contact }: { contact: ContactCard }) {
  const { t } = useTranslation('contacts');
  return (
    <Paper p="md" component="section" aria-label={t('compose.label')}>
      <Tabs defaultValue="note" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="note" leftSection={<IconNote size={16} />}>
            {t('compose.note')}
          </Tabs.Tab>
          <Tabs.Tab value="task" leftSection={<IconChecklist size={16} />}>
            {t('compose.task')}
          </Tabs.Tab>
          <Tabs.Tab value="call" leftSection={<IconPhone size={16} />}>
            {t('compose.call')}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="note">
          <NoteForm contactId={contact.id} />
        </Tabs.Panel>
        <Tabs.Panel value="task">
          <TaskForm contactId={contact.id} />
        </Tabs.Panel>
        <Tabs.Panel value="call">
          <CallForm contactId={contact.id} phone={contact.phone} />
        </Tabs.Panel>
      </Tabs>
    </Paper>
  );
}

function NoteForm({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts');
  const [body, setBody] = useState('');
  const save = useWrite({
    run: () => contacts.note(contactId, body.trim()),
    touches: ['timeline'],
    done: t('compose.noteDone'),
    onDone: () => setBody(''),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(undefined);
      }}
    >
      <Stack gap="sm">
        <Textarea
          aria-label={t('compose.noteLabel')}
          placeholder={t('compose.notePlaceholder')}
          autosize
          minRows={2}
          maxRows={12}
          value={body}
          onChange={(event) => setBody(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending} disabled={body.trim() === ''}>
            {t('compose.noteSave')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
