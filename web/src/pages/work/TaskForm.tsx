import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { TaskInput } from '../../api/work.ts';
import { tasks } from '../../api/work.ts';
import { fromLocalInput, inDays, toLocalInput } from '../../lib/localTime.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { useMe } from '../../lib/me.ts';
import { useOwners } from '../../lib/owners.ts';
import { useWrite } from '../../ui/mutation.ts';

/** A promise with a date: by default to oneself, tomorrow. */
export function TaskForm({ contactId, onDone }: { contactId?: string; onDone?: () => void }) {
  const { t } = useTranslation('work');
  const { user } = useMe();
  const owners = useOwners();
  const fresh = () => ({ title: '', dueAt: toLocalInput(inDays(1)), assigneeId: user.id });
  const form = useForm({ initialValues: fresh() });
  const create = useWrite({
    run: (input: TaskInput) => tasks.create(input),
    touches: ['tasks', 'timeline'],
    done: t('tasks.created'),
    onDone: () => {
      form.setValues(fresh());
      onDone?.();
    },
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <form
      onSubmit={form.onSubmit(({ dueAt, ...values }) =>
        create.mutate({
          ...values,
          dueAt: fromLocalInput(dueAt),
          ...(contactId === undefined ? {} : { contactId }),
        }),
      )}
    >
      <Stack gap="sm">
        <TextInput label={t('tasks.what')} data-autofocus {...form.getInputProps('title')} />
        <Group grow align="flex-start">
          <TextInput
            type="datetime-local"
            label={t('tasks.due')}
            required
            withAsterisk={false}
            {...form.getInputProps('dueAt')}
          />
          <Select
            label={t('tasks.who')}
            searchable
            allowDeselect={false}
            data={owners.choices}
            {...form.getInputProps('assigneeId')}
          />
        </Group>
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending} disabled={form.values.title.trim() === ''}>
            {t('tasks.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
