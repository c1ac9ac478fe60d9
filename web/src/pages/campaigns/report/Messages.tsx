import { Badge, Button, Drawer, Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MessageFilter, MessageState, MessageView } from '../../../api/campaigns.ts';
import { campaigns, outboxMail } from '../../../api/campaigns.ts';
import { ApiError } from '../../../api/problem.ts';
import { useList } from '../../../lib/list.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime, None } from '../../../ui/format.tsx';
import { AnchorLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { WhyDrawer } from './WhyDrawer.tsx';
import { MailFrame } from '../MailFrame.tsx';
import { MESSAGE_COLORS, useReasonWords } from '../words.ts';

const STATES = [
  'planned',
  'retry',
  'sending',
  'sent',
  'failed',
  'unknown',
  'skipped',
  'cancelled',
] as const satisfies readonly MessageState[];

const WAITS: ReadonlySet<MessageState> = new Set(['planned', 'retry']);
const RESPONSES = ['opened', 'clicked', 'converted', 'unsubscribed'] as const;

/** Every message of a campaign: to whom, what became of it and why, and the mail itself. */
export function Messages(props: {
  campaignId: string;
  filter: MessageFilter;
  onFilter: (filter: MessageFilter) => void;
}) {
  const { t } = useTranslation(['campaigns', 'common']);
  const reasonWords = useReasonWords();
  const [shown, setShown] = useState<MessageView>();
  const [asking, ask] = useState<{ contact?: { id: string; name: string } }>();
  const list = useList(campaigns.messages(props.campaignId, props.filter));
  const columns: Column<MessageView>[] = [
    {
      key: 'contact',
      header: t('campaigns:messages.contact'),
      main: true,
      cell: (row) => (
        <AnchorLink to="/contacts/$id" params={{ id: row.contactId }} c="inherit" fw={550}>
          {row.contactName === '' ? (row.address ?? t('campaigns:messages.nameless')) : row.contactName}
        </AnchorLink>
      ),
    },
    {
      key: 'address',
      header: t('campaigns:messages.address'),
      cell: (row) => (
        <>
          {row.address ?? <None />}
          {row.channel !== 'email' && (
            <Text size="xs" c="dimmed">
              {t(`campaigns:channels.${row.channel}`)}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'state',
      header: t('campaigns:messages.state'),
      cell: (row) => (
        <Badge color={MESSAGE_COLORS[row.state]} title={row.detail ?? undefined} miw="max-content">
          {t(`campaigns:messages.states.${row.state}`)}
        </Badge>
      ),
    },
    {
      key: 'reason',
      header: t('campaigns:messages.reason'),
      cell: (row) => (row.reason === null ? <None /> : reasonWords(row.reason)),
    },
    { key: 'coupon', header: t('campaigns:messages.coupon'), cell: (row) => row.couponCode ?? <None /> },
    {
      key: 'at',
      header: t('campaigns:messages.at'),
      cell: (row) =>
        row.handedAt !== null ? (
          <DateTime at={row.handedAt} />
        ) : WAITS.has(row.state) ? (
          <Text size="sm" c="dimmed">
            {t('campaigns:messages.due')} <DateTime at={row.dueAt} />
          </Text>
        ) : (
          <None />
        ),
    },
    {
      key: 'show',
      header: t('common:action.actions'),
      align: 'right',
      cell: (row) => (
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => ask({ contact: { id: row.contactId, name: row.contactName } })}
            aria-label={t('campaigns:why.of', { name: row.contactName })}
          >
            {t('campaigns:why.short')}
          </Button>
          {row.state === 'sent' && (
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => setShown(row)}
              aria-label={t('campaigns:messages.showOf', { name: row.contactName })}
            >
              {t('campaigns:messages.show')}
            </Button>
          )}
        </Group>
      ),
    },
  ];
  return (
    <Section
      title={t('campaigns:messages.title')}
      flush
      actions={
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={() => ask({})}>
            {t('campaigns:why.ask')}
          </Button>
          <Select
            size="xs"
            aria-label={t('campaigns:messages.response')}
            placeholder={t('campaigns:messages.anyResponse')}
            clearable
            data={RESPONSES.map((value) => ({ value, label: t(`campaigns:messages.responses.${value}`) }))}
            value={props.filter.response ?? null}
            onChange={(response) => props.onFilter(response === null ? {} : { response })}
          />
          <Select
            size="xs"
            aria-label={t('campaigns:messages.state')}
            placeholder={t('campaigns:messages.all')}
            clearable
            data={STATES.map((value) => ({ value, label: t(`campaigns:messages.states.${value}`) }))}
            value={props.filter.state ?? null}
            onChange={(state) => props.onFilter(state === null ? {} : { state })}
          />
        </Group>
      }
    >
      <DataTable
        label={t('campaigns:messages.title')}
        columns={columns}
        {...list}
        rowKey={(row) => row.id}
        empty={
          <Text size="sm" c="dimmed" p="md">
            {t('campaigns:messages.empty')}
          </Text>
        }
      />
      <WhyDrawer
        opened={asking !== undefined}
        onClose={() => ask(undefined)}
        campaignId={props.campaignId}
        contact={asking?.contact}
      />
      <Drawer
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        size="xl"
        title={
          shown === undefined
            ? ''
            : t('campaigns:messages.mailTo', { address: shown.address ?? shown.contactName })
        }
      >
        {shown !== undefined && <Mail message={shown} />}
      </Drawer>
    </Section>
  );
}

function Mail({ message }: { message: MessageView }) {
  const { t } = useTranslation('campaigns');
  const query = useQuery(outboxMail(message.id));
  if (query.error instanceof ApiError && query.error.status === 404)
    return (
      <Text size="sm" c="dimmed">
        {t('messages.noMail')}
      </Text>
    );
  return (
    <Loaded query={query}>
      {(mail) => (
        <MailFrame title={t('messages.mail')} subject={mail.subject} html={mail.html} height={720} />
      )}
    </Loaded>
  );
}
