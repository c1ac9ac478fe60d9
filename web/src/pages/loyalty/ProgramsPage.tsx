import { Badge, Paper } from '@mantine/core';
import { IconGift, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../api/loyalty.ts';
import { programs } from '../../api/loyalty.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { DateTime, Money } from '../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Areas } from './Areas.tsx';
import { useLife } from './words.ts';

export default function ProgramsPage() {
  const { t } = useTranslation('loyalty');
  const { may } = useMe();
  const navigate = useNavigate();
  const life = useLife();
  const query = useQuery(programs.all);
  const columns: Column<ProgramView>[] = [
    {
      key: 'name',
      header: t('programs.name'),
      main: true,
      cell: ({ id, name }) => (
        <AnchorLink to="/loyalty/programs/$id" params={{ id }} c="inherit" fw={550}>
          {name}
        </AnchorLink>
      ),
    },
    { key: 'state', header: t('programs.state'), cell: ({ state }) => <ProgramState state={state} /> },
    {
      key: 'value',
      header: t('programs.value'),
      align: 'right',
      cell: ({ settings, currency }) => <Money minor={settings.valueOf100Minor} currency={currency} />,
    },
    { key: 'expiry', header: t('programs.expiry'), cell: ({ settings }) => life(settings.expiry) },
    {
      key: 'changed',
      header: t('programs.changed'),
      cell: ({ updatedAt }) => <DateTime at={updatedAt} mode="relative" />,
    },
  ];
  const create = may('loyalty:write') && (
    <ButtonLink to="/loyalty/programs/new" leftSection={<IconPlus size={17} />}>
      {t('programs.create')}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader title={t('programs.title')} description={t('programs.description')} actions={create} />
      <Areas now="programs" />
      <Paper>
        <DataTable
          label={t('programs.title')}
          columns={columns}
          rows={query.data}
          error={query.error}
          onRetry={() => void query.refetch()}
          rowKey={({ id }) => id}
          onOpen={({ id }) => void navigate({ to: '/loyalty/programs/$id', params: { id } })}
          empty={
            <EmptyState
              icon={<IconGift />}
              title={t('noProgram')}
              text={t('noProgramText')}
              action={create}
            />
          }
        />
      </Paper>
    </>
  );
}

export function ProgramState({ state }: { state: ProgramView['state'] }) {
  const { t } = useTranslation('loyalty');
  const colour = { draft: 'sky', active: 'pine', archived: 'gray' }[state];
  return <Badge color={colour}>{t(`programs.states.${state}`)}</Badge>;
}
