import { Button, Group, Modal, Paper, SegmentedControl, Switch } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChecklist, IconPlus } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { TaskFilter } from '../../api/work.ts';
import { tasks } from '../../api/work.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import { More } from '../../ui/More.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { EmptyState, ErrorState, Loading } from '../../ui/states.tsx';
import { TaskForm } from './TaskForm.tsx';
import { TaskList } from './TaskList.tsx';

const route = getRouteApi('/app/tasks');

export default function TasksPage() {
  const { t } = useTranslation(['work', 'common']);
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { may } = useMe();
  const [creating, create] = useDisclosure(false);
  const state: TaskFilter = search.state ?? 'open';
  const list = useList(tasks.list({ state, mine: search.all !== true }));
  return (
    <>
      <PageHeader
        title={t('work:tasks.title')}
        description={t('work:tasks.description')}
        actions={
          may('contacts:write') && (
            <Button leftSection={<IconPlus size={17} />} onClick={create.open}>
              {t('work:tasks.create')}
            </Button>
          )
        }
      />
      <Group mb="md">
        <SegmentedControl
          aria-label={t('work:tasks.state')}
          value={state}
          onChange={(next) =>
            void navigate({
              search: (now) => ({ ...now, state: next === 'open' ? undefined : next }),
              replace: true,
            })
          }
          data={(['open', 'overdue', 'done'] as const).map((value) => ({
            value,
            label: t(`work:tasks.states.${value}`),
          }))}
        />
        <Switch
          label={t('work:tasks.mine')}
          checked={search.all !== true}
          onChange={(event) => {
            const all = event.currentTarget.checked ? undefined : true;
            void navigate({ search: (now) => ({ ...now, all }), replace: true });
          }}
        />
      </Group>
      <Paper px="md" py="xs">
        {list.error !== null && list.rows === undefined && (
          <ErrorState error={list.error} retry={list.onRetry} />
        )}
        {list.error === null && list.rows === undefined && <Loading />}
        {list.rows?.length === 0 && (
          <EmptyState
            icon={<IconChecklist />}
            title={t('work:tasks.empty')}
            text={t('work:tasks.emptyText')}
          />
        )}
        {list.rows !== undefined && <TaskList rows={list.rows} />}
        <More more={list.more} />
      </Paper>
      <Modal opened={creating} onClose={create.close} title={t('work:tasks.create')}>
        <TaskForm onDone={create.close} />
      </Modal>
    </>
  );
}
