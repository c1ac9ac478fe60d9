import { Alert, Button, List, Text } from '@mantine/core';
import { IconAlertTriangle, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CheckView, Verification as Verified } from '../../../api/loyalty.ts';
import { checks } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { dateTimeText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime, Figure } from '../../../ui/format.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';

const SHOWN = 5;

/** Whether the books add up, what every check found, and a check now. */
export function Verification() {
  const { t } = useTranslation('loyalty');
  const { may } = useMe();
  /** The newest check when another was asked for: until a newer one is there, it has not begun. */
  const [since, setSince] = useState<string | null>();
  const query = useQuery(checks.list(since !== undefined));
  const newest = query.data?.items[0]?.id ?? null;
  if (since !== undefined && newest !== since) setSince(undefined);
  const ask = useWrite({
    run: checks.ask,
    touches: [],
    done: t('check.asked'),
    onDone: () => setSince(newest),
  });
  return (
    <Section
      title={t('check.title')}
      hint={t('check.hint')}
      actions={
        may('loyalty:write') && (
          <Button
            size="xs"
            variant="default"
            loading={ask.isPending || since !== undefined || query.data?.items[0]?.finishedAt === null}
            onClick={() => ask.mutate(undefined)}
          >
            {t('check.run')}
          </Button>
        )
      }
    >
      <Loaded query={query} lines={3}>
        {(found) => <Result found={found} />}
      </Loaded>
    </Section>
  );
}

/** What the last finished check says. One that met nothing proves nothing. */
function Verdict({ last }: { last: CheckView }) {
  const { t } = useTranslation('loyalty');
  const { wallets, entries, faults } = last;
  const at = dateTimeText(last.finishedAt ?? last.startedAt, locale());
  if (wallets + entries + faults === 0)
    return (
      <Text size="sm" c="dimmed" mb="md">
        <strong>{t('check.never')}.</strong> {t('check.nothingText', { at })}
      </Text>
    );
  const sound = faults === 0;
  return (
    <Alert
      mb="md"
      variant="light"
      color={sound ? 'pine' : 'red'}
      icon={sound ? <IconShieldCheck size={18} /> : <IconAlertTriangle size={18} />}
      title={t(sound ? 'check.sound' : 'check.unsound')}
    >
      {[t('check.ofWallets', { count: wallets }), t('check.ofEntries', { count: entries }), at].join(', ')}.{' '}
      {sound ? t('check.soundText') : t('check.unsoundText', { count: faults })}
      {last.samples.length > 0 && (
        <List size="sm" mt="xs" aria-label={t('check.sample')}>
          {last.samples.map(({ walletId, what, detail }) => (
            <List.Item key={`${walletId} ${what}`} style={{ overflowWrap: 'anywhere' }}>
              {what}: {detail}
            </List.Item>
          ))}
        </List>
      )}
    </Alert>
  );
}

function Result({ found }: { found: Verified }) {
  const { t } = useTranslation('loyalty');
  const last = found.items.find(({ finishedAt }) => finishedAt !== null);
  const columns: Column<CheckView>[] = [
    {
      key: 'started',
      header: t('check.started'),
      main: true,
      cell: ({ startedAt }) => <DateTime at={startedAt} />,
    },
    {
      key: 'finished',
      header: t('check.finished'),
      cell: ({ finishedAt }) => (finishedAt === null ? t('check.running') : <DateTime at={finishedAt} />),
    },
    {
      key: 'wallets',
      header: t('check.wallets'),
      align: 'right',
      cell: (row) => <Figure value={row.wallets} />,
    },
    {
      key: 'entries',
      header: t('check.entries'),
      align: 'right',
      cell: (row) => <Figure value={row.entries} />,
    },
    {
      key: 'faults',
      header: t('check.faults'),
      align: 'right',
      cell: (row) => <Figure value={row.faults} />,
    },
  ];
  if (last === undefined)
    return (
      <Text size="sm" c="dimmed">
        <strong>{t('check.never')}.</strong> {t('check.neverText')}
      </Text>
    );
  return (
    <>
      <Verdict last={last} />
      <DataTable
        label={t('check.title')}
        columns={columns}
        rows={found.items.slice(0, SHOWN)}
        rowKey={({ id }) => id}
        empty={null}
      />
    </>
  );
}
