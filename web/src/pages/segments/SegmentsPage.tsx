import { Text } from '@mantine/core';
import { IconAffiliate, IconGridDots, IconPlus } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { SegmentListed } from '../../api/segments.ts';
import { segments } from '../../api/segments.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DateTime, Figure, None } from '../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../ui/links.tsx';
import { ListPage } from '../../ui/ListPage.tsx';
import { StateBadge } from './StateBadge.tsx';

export default function SegmentsPage() {
  const { t } = useTranslation('segments');
  const { may } = useMe();
  const navigate = useNavigate();
  const list = useList(segments.list());
  const columns: Column<SegmentListed>[] = [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: (row) => (
        <div>
          <AnchorLink to="/segments/$id" params={{ id: row.id }} c="inherit" fw={550}>
            {row.name}
          </AnchorLink>
          {row.description !== '' && (
            <Text size="sm" c="dimmed" fw={400} lineClamp={2} maw={560}>
              {row.description}
            </Text>
          )}
        </div>
      ),
    },
    { key: 'state', header: t('stateLabel'), cell: (row) => <StateBadge segment={row} /> },
    {
      key: 'count',
      header: t('count'),
      align: 'right',
      cell: (row) => (row.count === null ? t('notBuilt') : <Figure value={row.count} />),
    },
    {
      key: 'built',
      header: t('builtAt'),
      cell: (row) => (row.countedAt === null ? <None /> : <DateTime at={row.countedAt} mode="relative" />),
    },
  ];
  const create = may('segments:write') && (
    <ButtonLink to="/segments/templates" leftSection={<IconPlus size={17} />}>
      {t('create')}
    </ButtonLink>
  );
  return (
    <ListPage
      title={t('title')}
      description={t('description')}
      create={create}
      actions={
        <ButtonLink to="/segments/rfm" variant="default" leftSection={<IconGridDots size={17} />}>
          {t('rfm.open')}
        </ButtonLink>
      }
      icon={<IconAffiliate />}
      empty={t('empty')}
      emptyText={t('emptyText')}
      columns={columns}
      list={list}
      rowKey={(row) => row.id}
      onOpen={(row) => void navigate({ to: '/segments/$id', params: { id: row.id } })}
    />
  );
}
