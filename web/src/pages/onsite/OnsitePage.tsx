import { Badge, Button, Switch } from '@mantine/core';
import { IconMessage2, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { OnsiteListed } from '../../api/onsite.ts';
import { onsite } from '../../api/onsite.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { Figure } from '../../ui/format.tsx';
import { ListPage } from '../../ui/ListPage.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { COUNTS } from './form.ts';
import { OnsiteDrawer } from './OnsiteDrawer.tsx';

const TOUCHED = ['onsite'];

/** Banners, popups and inline messages, the most urgent first. */
export default function OnsitePage() {
  const { t } = useTranslation(['onsite', 'common']);
  const { may } = useMe();
  const list = useQuery(onsite.all);
  const [edited, setEdited] = useState<OnsiteListed | 'new'>();
  const [leaving, setLeaving] = useState<OnsiteListed>();
  const turn = useWrite({
    run: ({ id, enabled }: { id: string; enabled: boolean }) => onsite.change(id, { enabled }),
    touches: TOUCHED,
  });
  const remove = useWrite({
    run: ({ id }: OnsiteListed) => onsite.remove(id),
    touches: TOUCHED,
    done: t('onsite:removed'),
    onDone: () => setLeaving(undefined),
  });
  const writes = may('campaigns:write');
  const columns: Column<OnsiteListed>[] = [
    { key: 'title', header: t('onsite:titleField'), main: true, cell: (row) => row.title },
    {
      key: 'kind',
      header: t('onsite:kind'),
      cell: (row) => (
        <Badge color="gray" miw="max-content">
          {t(`onsite:kinds.${row.kind}`)}
        </Badge>
      ),
    },
    { key: 'where', header: t('onsite:where'), cell: (row) => row.pagePattern },
    { key: 'when', header: t('onsite:when'), cell: (row) => t(`onsite:triggers.${row.trigger.on}`) },
    ...COUNTS.map((count) => ({
      key: count,
      header: t(`onsite:counts.${count}`),
      align: 'right' as const,
      cell: (row: OnsiteListed) => <Figure value={row.counts[count]} />,
    })),
    { key: 'priority', header: t('onsite:priority'), align: 'right', cell: (row) => row.priority },
    {
      key: 'on',
      header: t('onsite:on'),
      cell: (row) => (
        <Switch
          aria-label={`${t('onsite:on')}: ${row.title}`}
          checked={row.enabled}
          disabled={!writes}
          onChange={(event) => turn.mutate({ id: row.id, enabled: event.currentTarget.checked })}
        />
      ),
    },
    {
      key: 'actions',
      header: t('common:action.actions'),
      align: 'right',
      cell: (row) =>
        writes && (
          <>
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => setEdited(row)}
              aria-label={`${t('common:action.edit')}: ${row.title}`}
            >
              {t('common:action.edit')}
            </Button>
            <Button
              size="compact-sm"
              variant="subtle"
              color="red"
              onClick={() => setLeaving(row)}
              aria-label={`${t('common:action.delete')}: ${row.title}`}
            >
              {t('common:action.delete')}
            </Button>
          </>
        ),
    },
  ];
  return (
    <>
      <ListPage
        title={t('onsite:title')}
        description={t('onsite:description')}
        create={
          writes && (
            <Button leftSection={<IconPlus size={17} />} onClick={() => setEdited('new')}>
              {t('onsite:create')}
            </Button>
          )
        }
        icon={<IconMessage2 />}
        empty={t('onsite:empty')}
        emptyText={t('onsite:emptyText')}
        columns={columns}
        list={{ rows: list.data, error: list.error, onRetry: () => void list.refetch() }}
        rowKey={(row) => row.id}
      />
      {edited !== undefined && (
        <OnsiteDrawer
          {...(edited === 'new' ? {} : { message: edited })}
          onClose={() => setEdited(undefined)}
        />
      )}
      <Confirm
        opened={leaving !== undefined}
        onClose={() => setLeaving(undefined)}
        title={t('onsite:removeTitle', { title: leaving?.title ?? '' })}
        text={t('onsite:removeText')}
        yes={t('common:action.delete')}
        danger
        busy={remove.isPending}
        onYes={() => leaving !== undefined && remove.mutate(leaving)}
      />
    </>
  );
}
