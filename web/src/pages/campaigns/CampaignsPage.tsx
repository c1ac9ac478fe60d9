import { Badge, Text } from '@mantine/core';
import { IconCalendar, IconMoon, IconPlus, IconSend, IconTemplate } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { CampaignListed } from '../../api/campaigns.ts';
import { campaigns } from '../../api/campaigns.ts';
import { segments } from '../../api/segments.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DateTime, Figure, None } from '../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../ui/links.tsx';
import { ListPage } from '../../ui/ListPage.tsx';
import { Waiting } from './guard/Waiting.tsx';
import { useTriggerWords } from './start/words.ts';
import { STATE_COLORS } from './words.ts';

export default function CampaignsPage() {
  const { t } = useTranslation(['campaigns', 'guard', 'ready']);
  const { may } = useMe();
  const words = useTriggerWords();
  const navigate = useNavigate();
  const list = useList(campaigns.list());
  const names = new Map(useList(segments.list(200)).rows?.map(({ id, name }) => [id, name]));
  const columns: Column<CampaignListed>[] = [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: (row) => (
        <>
          <AnchorLink to="/campaigns/$id" params={{ id: row.id }} c="inherit" fw={550}>
            {row.name}
          </AnchorLink>
          {row.trigger !== null && (
            <Text size="xs" c="dimmed" maw={420}>
              {words(row.trigger, row.segmentId)}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'state',
      header: t('state'),
      cell: (row) => (
        <Badge color={STATE_COLORS[row.state]} miw="max-content">
          {t(`states.${row.state}`)}
        </Badge>
      ),
    },
    { key: 'segment', header: t('segment'), cell: (row) => names.get(row.segmentId ?? '') ?? <None /> },
    {
      key: 'channel',
      header: t('channel'),
      cell: (row) =>
        [row.channel, ...row.fallback.map(({ channel }) => channel)]
          .map((one) => t(`channels.${one}`))
          .join(' → '),
    },
    { key: 'purpose', header: t('purpose'), cell: (row) => t(`purposes.${row.purpose}`) },
    {
      key: 'sent',
      header: t('sent'),
      align: 'right',
      cell: (row) => <Figure value={row.counts.sent ?? 0} />,
    },
    {
      key: 'launched',
      header: t('launched'),
      cell: (row) =>
        row.launchedAt === null ? t('notLaunched') : <DateTime at={row.launchedAt} mode="relative" />,
    },
  ];
  const create = may('campaigns:write') && (
    <ButtonLink to="/campaigns/new" leftSection={<IconPlus size={17} />}>
      {t('create')}
    </ButtonLink>
  );
  const readyMade = may('campaigns:write') && (
    <ButtonLink to="/campaigns/ready" variant="default" leftSection={<IconTemplate size={17} />}>
      {t('ready:open')}
    </ButtonLink>
  );
  const calendar = (
    <>
      <ButtonLink to="/campaigns/limits" variant="default" leftSection={<IconMoon size={17} />}>
        {t('limits')}
      </ButtonLink>
      <ButtonLink to="/campaigns/calendar" variant="default" leftSection={<IconCalendar size={17} />}>
        {t('guard:calendar.open')}
      </ButtonLink>
    </>
  );
  return (
    <ListPage
      title={t('title')}
      description={t('description')}
      create={create}
      actions={
        <>
          {readyMade}
          {calendar}
        </>
      }
      notice={<Waiting />}
      icon={<IconSend />}
      empty={t('empty')}
      emptyText={t('emptyText')}
      columns={columns}
      list={list}
      rowKey={(row) => row.id}
      onOpen={(row) => void navigate({ to: '/campaigns/$id', params: { id: row.id } })}
    />
  );
}
