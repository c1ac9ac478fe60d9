import { Badge, Button, Drawer, Group, Stack, Text, Textarea } from '@mantine/core';
import { IconMailOff } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DeadLetterView } from '../../api/sources.ts';
import { letters } from '../../api/sources.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { DateTime } from '../../ui/format.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { notifyDone } from '../../ui/notify.ts';
import { Section } from '../../ui/Section.tsx';
import { EmptyState } from '../../ui/states.tsx';
import classes from './developer.module.css';
import { reasonWords } from './reasons.ts';

const TOUCHED = ['letters', 'sources'];

/** What could not be stored, and why; each can be mended and tried again. */
export function Letters({ sourceId }: { sourceId: string }) {
  const { t } = useTranslation(['developer', 'common']);
  const { may } = useMe();
  const [shown, setShown] = useState<DeadLetterView>();
  const list = useList(letters.of(sourceId));
  const replayAll = useWrite({
    run: () => letters.replayAll(sourceId),
    touches: TOUCHED,
    done: (done) =>
      t('developer:replayedMany', { stored: done.stored + done.duplicate, rejected: done.rejected }),
  });
  const writes = may('tracking:write');
  const columns: Column<DeadLetterView>[] = [
    {
      key: 'at',
      header: t('developer:received'),
      width: 190,
      cell: (row) => <DateTime at={row.receivedAt} />,
    },
    {
      key: 'reason',
      header: t('developer:reason'),
      main: true,
      cell: (row) => (
        <>
          {reasonWords(t, row.reason)}{' '}
          {row.kind === 'order' && <Badge color="gold">{t('developer:noOrder')}</Badge>}
        </>
      ),
    },
    {
      key: 'raw',
      header: t('developer:text'),
      cell: (row) => (
        <Text size="sm" c="dimmed" ff="monospace" lineClamp={1} style={{ overflowWrap: 'anywhere' }}>
          {row.masked ? t('developer:hidden') : row.raw.slice(0, 300)}
        </Text>
      ),
    },
    {
      key: 'open',
      header: t('common:action.actions'),
      align: 'right',
      cell: (row) => (
        <Button size="compact-sm" variant="subtle" onClick={() => setShown(row)}>
          {t('developer:look')}
        </Button>
      ),
    },
  ];
  return (
    <Section
      title={t('developer:letters')}
      hint={t('developer:lettersHint')}
      flush
      actions={
        writes &&
        (list.rows?.length ?? 0) > 0 && (
          <Button
            size="xs"
            variant="default"
            loading={replayAll.isPending}
            onClick={() => replayAll.mutate()}
          >
            {t('developer:replayAll')}
          </Button>
        )
      }
    >
      <DataTable
        label={t('developer:letters')}
        columns={columns}
        {...list}
        rowKey={(row) => row.id}
        onOpen={setShown}
        empty={
          <EmptyState
            icon={<IconMailOff />}
            title={t('developer:noLetters')}
            text={t('developer:noLettersText')}
          />
        }
      />
      <Drawer
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        size="lg"
        title={t('developer:letter')}
      >
        {shown !== undefined && (
          <Letter key={shown.id} letter={shown} writes={writes} onGone={() => setShown(undefined)} />
        )}
      </Drawer>
    </Section>
  );
}

/** Readable JSON where it is JSON: nothing else is changed. */
function laidOut(raw: string): string {
  try {
    return JSON.stringify(JSON.parse(raw), null, 2);
  } catch {
    return raw;
  }
}

function Letter(props: { letter: DeadLetterView; writes: boolean; onGone: () => void }) {
  const { t } = useTranslation(['developer', 'common']);
  const { letter, onGone } = props;
  const original = laidOut(letter.raw);
  const [raw, setRaw] = useState(original);
  const [reason, setReason] = useState(letter.reason);
  const [refused, setRefused] = useState(false);
  const replay = useWrite({
    run: () => letters.replay(letter.id, raw === original ? undefined : raw),
    touches: TOUCHED,
    onDone: ({ outcome, reason: why }) => {
      setRefused(outcome === 'rejected');
      if (outcome === 'rejected') return setReason(why ?? '');
      notifyDone(t(`developer:outcome.${outcome}`));
      onGone();
    },
  });
  const remove = useWrite({
    run: () => letters.remove(letter.id),
    touches: TOUCHED,
    done: t('developer:removed'),
    onDone: onGone,
  });
  return (
    <Stack>
      <div role="status">
        {refused && (
          <Text size="sm" c="red">
            {t('developer:stillRefused')}
          </Text>
        )}
        <Text size="sm" fw={550}>
          {reasonWords(t, reason)}
        </Text>
        <Text size="sm" c="dimmed">
          {t(`developer:trust.${letter.trust}`)} · <DateTime at={letter.receivedAt} />
        </Text>
      </div>
      {letter.masked ? (
        <Text size="sm" c="dimmed">
          {t('developer:hidden')}
        </Text>
      ) : (
        <Textarea
          label={t('developer:text')}
          description={props.writes ? t('developer:textHint') : undefined}
          className={classes['code'] ?? ''}
          autosize
          minRows={10}
          maxRows={26}
          spellCheck={false}
          readOnly={!props.writes}
          value={raw}
          onChange={(event) => setRaw(event.currentTarget.value)}
        />
      )}
      {props.writes && (
        <Group justify="space-between">
          <Button variant="subtle" color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t('developer:throwAway')}
          </Button>
          <Button loading={replay.isPending} onClick={() => replay.mutate()}>
            {raw === original ? t('developer:replay') : t('developer:replayMended')}
          </Button>
        </Group>
      )}
    </Stack>
  );
}
