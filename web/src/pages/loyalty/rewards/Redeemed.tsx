import { Badge, Button, Group, Paper, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconPackage } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import type { RedemptionState, RedemptionView } from '../../../api/rewards.ts';
import { redemptions } from '../../../api/rewards.ts';
import { locale } from '../../../i18n/index.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { numberText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime, Figure } from '../../../ui/format.tsx';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { EmptyState } from '../../../ui/states.tsx';
import { Person } from '../Person.tsx';
import { nameIn } from './Catalogue.tsx';
import { HandOver } from './HandOver.tsx';

const REFRESH_MS = 30_000;
const COLORS: Record<RedemptionState, string> = { open: 'gold', given: 'teal', cancelled: 'gray' };

/** What members have taken: the queue of what waits to be handed over, or all of it. */
export function Redeemed({ program, queue }: { program: ProgramView; queue: boolean }) {
  const { t } = useTranslation('rewards');
  const list = useList(
    redemptions.list({ programId: program.id, ...(queue ? { state: 'open' } : {}) }),
    queue ? REFRESH_MS : undefined,
  );
  const [cancelling, setCancelling] = useState<RedemptionView>();
  const columns = useColumns(queue, setCancelling);
  return (
    <Paper>
      <DataTable
        label={t(queue ? 'tabs.queue' : 'tabs.history')}
        columns={columns}
        {...list}
        rowKey={({ id }) => id}
        rowName={({ contactName, name }) => `${contactName ?? ''} ${nameIn(name)}`.trim()}
        empty={
          <EmptyState
            icon={<IconPackage />}
            title={t(queue ? 'queue.none' : 'queue.noneRedeemed')}
            text={t(queue ? 'queue.noneText' : 'queue.noneRedeemedText')}
          />
        }
      />
      {cancelling !== undefined && (
        <CancelDrawer redemption={cancelling} onClose={() => setCancelling(undefined)} />
      )}
    </Paper>
  );
}

function useColumns(queue: boolean, onCancel: (one: RedemptionView) => void): Column<RedemptionView>[] {
  const { t } = useTranslation('rewards');
  const { may } = useMe();
  const writes = may('loyalty:write');
  const settled: Column<RedemptionView> = {
    key: 'state',
    header: t('queue.state'),
    cell: ({ state, settledBy, reason }) => (
      <div>
        <Badge color={COLORS[state]}>{t(`queue.states.${state}`)}</Badge>
        {settledBy !== null && (
          <Text size="xs" c="dimmed" mt={2}>
            {t('queue.by', { name: settledBy })}
            {reason !== null && `: ${reason}`}
          </Text>
        )}
      </div>
    ),
  };
  return [
    {
      key: 'who',
      header: t('queue.who'),
      main: true,
      cell: ({ contactId, contactName }) => <Person id={contactId} name={contactName} />,
    },
    {
      key: 'what',
      header: t('queue.what'),
      cell: ({ name, kind, code }) => (
        <div>
          {nameIn(name)}
          <Text size="xs" c="dimmed">
            {code ?? t(`kinds.${kind}`)}
          </Text>
        </div>
      ),
    },
    {
      key: 'points',
      header: t('points'),
      align: 'right',
      cell: ({ points }) => <Figure value={points} />,
    },
    { key: 'since', header: t('queue.since'), cell: ({ redeemedAt }) => <DateTime at={redeemedAt} /> },
    ...(queue ? [] : [settled]),
    ...(writes || may('loyalty:sell')
      ? [
          {
            key: 'actions',
            header: '',
            align: 'right' as const,
            cell: (one: RedemptionView) => <Actions one={one} {...(writes ? { onCancel } : {})} />,
          },
        ]
      : []),
  ];
}

function Actions({ one, onCancel }: { one: RedemptionView; onCancel?: (one: RedemptionView) => void }) {
  const { t } = useTranslation('rewards');
  const told = { reward: nameIn(one.name), name: one.contactName ?? '' };
  if (one.state === 'cancelled') return null;
  return (
    <Group gap="xs" justify="flex-end">
      {one.state === 'open' && <HandOver one={one} />}
      {onCancel !== undefined && (
        <Button
          size="xs"
          variant="default"
          aria-label={t('queue.cancelOf', told)}
          onClick={() => onCancel(one)}
        >
          {t('queue.cancel')}
        </Button>
      )}
    </Group>
  );
}

function CancelDrawer({ redemption, onClose }: { redemption: RedemptionView; onClose: () => void }) {
  const { t } = useTranslation('rewards');
  const form = useForm({
    initialValues: { reason: '' },
    validate: { reason: (reason: string) => (reason.trim() === '' ? t('form.needed') : null) },
  });
  const cancel = useWrite({
    run: ({ reason }: { reason: string }) => redemptions.cancel(redemption.id, reason),
    touches: ['rewards', 'loyalty', 'coupons', 'timeline'],
    done: t('queue.cancelled'),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('queue.cancelTitle', { reward: nameIn(redemption.name) })}
      submit={t('queue.cancel')}
      busy={cancel.isPending}
      onSubmit={form.onSubmit((values) => cancel.mutate(values))}
    >
      <Text size="sm">
        {t('queue.cancelText', {
          points: numberText(redemption.points, locale()),
          name: redemption.contactName ?? '',
        })}{' '}
        {redemption.kind === 'coupon' && t('queue.cancelCoupon')}
      </Text>
      <Textarea
        data-autofocus
        label={t('queue.reason')}
        description={t('queue.reasonHint')}
        autosize
        minRows={2}
        maxLength={500}
        {...form.getInputProps('reason')}
      />
    </FormDrawer>
  );
}
