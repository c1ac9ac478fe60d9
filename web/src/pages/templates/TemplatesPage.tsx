import { Badge, Group } from '@mantine/core';
import { IconMail, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { TemplateSummary } from '../../api/templates.ts';
import { templates } from '../../api/templates.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DateTime } from '../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../ui/links.tsx';
import { ListPage } from '../../ui/ListPage.tsx';

export default function TemplatesPage() {
  const { t } = useTranslation('templates');
  const { may } = useMe();
  const navigate = useNavigate();
  const list = useQuery(templates.all);
  const columns: Column<TemplateSummary>[] = [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: (row) => (
        <AnchorLink to="/templates/$id" params={{ id: row.id }} fw={550} c="inherit">
          {row.name}
        </AnchorLink>
      ),
    },
    { key: 'channel', header: t('channel'), cell: (row) => t(`channels.${row.channel}`) },
    { key: 'purpose', header: t('purpose'), cell: (row) => t(`purposes.${row.purpose}`) },
    {
      key: 'locales',
      header: t('languages'),
      cell: (row) => (
        <Group gap={4}>
          {row.locales.map((locale) => (
            <Badge key={locale} color="gray">
              {locale}
            </Badge>
          ))}
        </Group>
      ),
    },
    { key: 'version', header: t('version'), align: 'right', cell: (row) => row.version },
    { key: 'at', header: t('changed'), cell: (row) => <DateTime at={row.updatedAt} mode="relative" /> },
  ];
  return (
    <ListPage
      title={t('title')}
      description={t('description')}
      create={
        may('campaigns:write') && (
          <ButtonLink to="/templates/new" leftSection={<IconPlus size={17} />}>
            {t('create')}
          </ButtonLink>
        )
      }
      icon={<IconMail />}
      empty={t('empty')}
      emptyText={t('emptyText')}
      columns={columns}
      list={{ rows: list.data, error: list.error, onRetry: () => void list.refetch() }}
      rowKey={(row) => row.id}
      onOpen={(row) => void navigate({ to: '/templates/$id', params: { id: row.id } })}
    />
  );
}
