import { Button, Group, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { campaignGuard } from '../../../api/campaignGuard.ts';
import type { ApprovalView } from '../../../api/campaignGuard.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime } from '../../../ui/format.tsx';
import { useWrite } from '../../../ui/mutation.ts';

type Props = { campaignId: string; approval: ApprovalView | null };

/** Where the approval of a launch stands, and what the reader may do about it. */
export function Approval({ campaignId, approval }: Props) {
  const { t } = useTranslation('guard');
  const { may } = useMe();
  if (approval === null || approval.state === 'refused')
    return (
      <>
        {approval !== null && <Decided approval={approval} />}
        {may('campaigns:send') && <Ask campaignId={campaignId} again={approval !== null} />}
      </>
    );
  if (approval.state === 'approved') return <Decided approval={approval} />;
  return (
    <>
      <Text size="sm">
        {approval.mine ? t('waitingMine') : t('waiting', { name: approval.askedBy })}{' '}
        <DateTime at={approval.askedAt} mode="relative" />
      </Text>
      {approval.note !== null && <Text size="sm">«{approval.note}»</Text>}
      {!approval.mine && (may('campaigns:send') || may('people:write')) && <Answer id={approval.id} />}
    </>
  );
}

function Decided({ approval }: { approval: ApprovalView }) {
  const { t } = useTranslation('guard');
  return (
    <Text size="sm" fw={550}>
      {t(approval.state === 'approved' ? 'approved' : 'refused', { name: approval.decidedBy })}
      {approval.decision !== null && ` «${approval.decision}»`}
    </Text>
  );
}

function Ask({ campaignId, again }: { campaignId: string; again: boolean }) {
  const { t } = useTranslation('guard');
  const [note, setNote] = useState('');
  const ask = useWrite({
    run: () => campaignGuard.ask(campaignId, note.trim()),
    touches: ['campaigns'],
    done: t('asked'),
  });
  return (
    <Stack gap="xs">
      <Note label={t('note')} value={note} onChange={setNote} />
      <Group>
        <Button size="sm" loading={ask.isPending} onClick={() => ask.mutate(undefined)}>
          {t(again ? 'askAgain' : 'ask')}
        </Button>
      </Group>
    </Stack>
  );
}

function Answer({ id }: { id: string }) {
  const { t } = useTranslation('guard');
  const [note, setNote] = useState('');
  const answer = useWrite({
    run: (approve: boolean) => campaignGuard.decide(id, approve, note.trim()),
    touches: ['campaigns'],
    done: (_view, approve) => t(approve ? 'approvedDone' : 'refusedDone'),
  });
  return (
    <Stack gap="xs">
      <Note label={t('reason')} value={note} onChange={setNote} />
      <Group gap="xs">
        <Button size="sm" loading={answer.isPending} onClick={() => answer.mutate(true)}>
          {t('approve')}
        </Button>
        <Button size="sm" variant="default" disabled={answer.isPending} onClick={() => answer.mutate(false)}>
          {t('refuse')}
        </Button>
      </Group>
    </Stack>
  );
}

function Note(props: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <Textarea
      label={props.label}
      value={props.value}
      autosize
      minRows={1}
      maxRows={4}
      maxLength={1_000}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}
