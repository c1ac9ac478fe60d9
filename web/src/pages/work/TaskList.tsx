import { ActionIcon, Badge, Button, Group, Modal, Stack, Text, Textarea, Tooltip } from '@mantine/core';
import { IconCheck, IconRotate } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TaskView } from '../../api/work.ts';
import { tasks } from '../../api/work.ts';
import { useMe } from '../../lib/me.ts';
import { DateTime } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';
import classes from './work.module.css';

const TOUCHES = ['tasks', 'timeline'];

/** Tasks one under another; a press closes one and asks what came of it. */
export function TaskList({ rows, withContact = true }: { rows: readonly TaskView[]; withContact?: boolean }) {
  const { t } = useTranslation(['work', 'common']);
  const [closing, setClosing] = useState<TaskView>();
  return (
    <>
      <ul className={classes['tasks']}>
        {rows.map((task) => (
          <Task key={task.id} task={task} withContact={withContact} onClose={() => setClosing(task)} />
        ))}
      </ul>
      <Modal
        opened={closing !== undefined}
        onClose={() => setClosing(undefined)}
        title={t('work:tasks.closeTitle')}
      >
        {closing !== undefined && <CloseForm task={closing} onDone={() => setClosing(undefined)} />}
      </Modal>
    </>
  );
}

function Task(props: { task: TaskView; withContact: boolean; onClose: () => void }) {
  const { t } = useTranslation('work');
  const { may } = useMe();
  const { task } = props;
  const reopen = useWrite({
    run: () => tasks.change(task.id, { state: 'open' }),
    touches: TOUCHES,
    done: t('tasks.reopened'),
  });
  const open = task.state === 'open';
  const label = open ? t('tasks.markDoneOf', { title: task.title }) : t('tasks.reopen');
  return (
    <li className={classes['task']}>
      {may('contacts:write') && (
        <Tooltip label={label}>
          <ActionIcon
            variant="default"
            radius="xl"
            aria-label={label}
            loading={reopen.isPending}
            onClick={open ? props.onClose : () => reopen.mutate(undefined)}
          >
            {open ? <IconCheck size={15} /> : <IconRotate size={15} />}
          </ActionIcon>
        </Tooltip>
      )}
      <div>
        <Text size="sm" fw={550} td={task.state === 'done' ? 'line-through' : 'none'}>
          {task.title}
        </Text>
        <Group gap={8}>
          <Text size="sm" c="dimmed">
            <DateTime at={task.dueAt} mode={open ? 'relative' : 'full'} />
          </Text>
          {task.overdue && <Badge color="red">{t('tasks.overdue')}</Badge>}
          {props.withContact && task.contactId !== null && (
            <AnchorLink size="sm" to="/contacts/$id" params={{ id: task.contactId }}>
              {task.contactName ?? t('tasks.contact')}
            </AnchorLink>
          )}
          {task.assigneeName !== null && (
            <Text size="sm" c="dimmed">
              {task.assigneeName}
            </Text>
          )}
        </Group>
        {task.result !== null && <Text size="sm">{task.result}</Text>}
      </div>
    </li>
  );
}

function CloseForm({ task, onDone }: { task: TaskView; onDone: () => void }) {
  const { t } = useTranslation('work');
  const [result, setResult] = useState('');
  const close = useWrite({
    run: () => tasks.change(task.id, { state: 'done', result: result.trim() }),
    touches: TOUCHES,
    done: t('tasks.done'),
    onDone,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        close.mutate(undefined);
      }}
    >
      <Stack>
        <Text size="sm" fw={550}>
          {task.title}
        </Text>
        <Textarea
          label={t('tasks.result')}
          autosize
          minRows={2}
          data-autofocus
          value={result}
          onChange={(event) => setResult(event.currentTarget.value)}
        />
        <Button type="submit" loading={close.isPending} disabled={result.trim() === ''}>
          {t('tasks.close')}
        </Button>
      </Stack>
    </form>
  );
}
