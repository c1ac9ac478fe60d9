import { Badge, Stack, Text } from '@mantine/core';
import type { ChannelList } from '@server/campaigns/contract.channel.ts';
import { IconBroadcast } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { channelProviders } from '../../api/templates.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import type { Column } from '../../ui/DataTable.tsx';
import { ListPage } from '../../ui/ListPage.tsx';

type Channel = ChannelList['items'][number];

/** Who takes the messages of each channel, and what is left to set up. */
export default function ChannelsPage() {
  const { t } = useTranslation(['settings', 'templates']);
  const list = useQuery(channelProviders);
  const columns: Column<Channel>[] = [
    {
      key: 'channel',
      header: t('templates:channel'),
      main: true,
      cell: (row) => t(`templates:channels.${row.channel}`),
    },
    { key: 'provider', header: t('channels.provider'), cell: (row) => <Provider channel={row} /> },
    { key: 'setUp', header: t('channels.setUp'), cell: (row) => <SetUp channel={row} /> },
  ];
  return (
    <ListPage
      title={t('channels.title')}
      description={t('channels.description')}
      icon={<IconBroadcast />}
      empty={t('channels.title')}
      emptyText={t('channels.description')}
      columns={columns}
      list={{ rows: list.data, error: list.error, onRetry: () => void list.refetch() }}
      rowKey={(row) => row.channel}
    />
  );
}

function Provider({ channel: { channel, provider } }: { channel: Channel }) {
  const { t } = useTranslation('settings');
  const out = provider === 'outbox';
  const words = channel === 'call' ? t('channels.task') : out ? t('channels.outbox') : NAMES[provider];
  return (
    <Badge {...(out ? { color: 'gray' } : {})} miw="max-content">
      {words ?? provider}
    </Badge>
  );
}

const NAMES: Readonly<Record<string, string>> = {
  smtp: 'SMTP',
  sendgrid: 'SendGrid',
  sms: 'SMS',
  telegram: 'Telegram',
  push: 'Web Push',
  webhook: 'Webhook',
};

function SetUp({ channel: { channel, provider, setting, hook } }: { channel: Channel }) {
  const { t } = useTranslation('settings');
  if (provider === 'outbox') return <Text size="sm">{t('channels.set', { setting })}</Text>;
  return (
    <Stack gap="xs" maw={560}>
      <Text size="sm">{channel === 'telegram' ? t('channels.telegram') : t('channels.ready')}</Text>
      {hook !== null && (
        <CopyField label={channel === 'sms' ? t('channels.smsIn') : t('channels.sendgrid')} value={hook} />
      )}
    </Stack>
  );
}
