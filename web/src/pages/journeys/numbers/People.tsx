import { Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JourneyEntry, JourneyPerson, PeopleFilter } from '../../../api/journeys.ts';
import { journeys } from '../../../api/journeys.ts';
import { locale } from '../../../i18n/index.ts';
import { dateTimeText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime } from '../../../ui/format.tsx';
import { AnchorLink } from '../../../ui/links.tsx';
import { More } from '../../../ui/More.tsx';
import { ErrorState, Loading } from '../../../ui/states.tsx';
import { useBoard } from '../canvas/board.ts';
import { nodeOf } from '../model/definition.ts';
import { titleOf } from '../model/words.ts';
import { Steps, useReasonWords } from './Path.tsx';

const REFRESH_MS = 5_000;

type Props = {
  journeyId: string;
  version: number;
  /** Undefined: at any step. */
  node: string | undefined;
  /** The one whose path is shown. */
  chosen: JourneyEntry | undefined;
  onChoose: (row: JourneyPerson | undefined) => void;
};

/** Who is at a step, or left there; each leads to the card, and shows the way taken. */
export function People(props: Props) {
  const { t } = useTranslation('journeys');
  const { may } = useMe();
  const { definition } = useBoard();
  const node = props.node === undefined ? undefined : nodeOf(definition, props.node);
  const ends = node?.type === 'exit' || node?.type === 'goal';
  const [who, setWho] = useState<'inside' | 'left' | 'all'>(
    ends ? 'left' : props.node === undefined ? 'all' : 'inside',
  );
  if (!may('contacts:read'))
    return (
      <Text size="sm" c="dimmed">
        {t('numbers.noRight')}
      </Text>
    );
  const filter: PeopleFilter = {
    version: props.version,
    ...(props.node === undefined ? {} : { node: props.node }),
    ...(who === 'all' ? {} : { state: who }),
  };
  return (
    <section aria-label={t('numbers.people')}>
      <Group justify="space-between" mb="xs">
        <Text fw={650}>{t('numbers.people')}</Text>
        {!ends && (
          <SegmentedControl
            size="xs"
            aria-label={t('numbers.people')}
            value={who}
            onChange={(next) => setWho(next === 'left' || next === 'all' ? next : 'inside')}
            data={(['inside', 'left', 'all'] as const).map((value) => ({
              value,
              label: t(`numbers.who.${value}`),
            }))}
          />
        )}
      </Group>
      <Rows {...props} filter={filter} />
    </section>
  );
}

function Rows({ journeyId, filter, chosen, onChoose }: Props & { filter: PeopleFilter }) {
  const { t } = useTranslation('journeys');
  const { rows, error, onRetry, more } = useList(journeys.people(journeyId, filter), REFRESH_MS);
  // From a contact's card: somebody who is not among the first of the list.
  const apart = chosen !== undefined && rows?.every(({ entryId }) => entryId !== chosen.entryId) === true;
  if (rows === undefined)
    return error === null ? <Loading lines={4} /> : <ErrorState error={error} retry={onRetry} />;
  if (rows.length === 0 && !apart)
    return (
      <Text size="sm" c="dimmed">
        {t('numbers.nobody')}
      </Text>
    );
  return (
    <>
      {apart && <Steps entry={chosen} />}
      <Stack gap="sm" role="list" aria-label={t('numbers.people')}>
        {rows.map((row) => (
          <div key={row.entryId} role="listitem">
            <Group justify="space-between" wrap="nowrap" gap="xs" align="flex-start">
              <div style={{ minWidth: 0 }}>
                <AnchorLink
                  to="/contacts/$id"
                  params={{ id: row.contactId }}
                  size="sm"
                  fw={550}
                  style={{ overflowWrap: 'anywhere' }}
                >
                  {row.contactName || row.contactId}
                </AnchorLink>
                <Where row={row} atNode={filter.node !== undefined} />
              </div>
              <Button
                size="compact-xs"
                style={{ flex: 'none' }}
                variant={chosen?.entryId === row.entryId ? 'filled' : 'subtle'}
                aria-expanded={chosen?.entryId === row.entryId}
                aria-label={t('numbers.pathOf', { name: row.contactName })}
                onClick={() => onChoose(chosen?.entryId === row.entryId ? undefined : row)}
              >
                {t('numbers.path')}
              </Button>
            </Group>
            {chosen !== undefined && chosen.entryId === row.entryId && <Steps entry={chosen} />}
          </div>
        ))}
      </Stack>
      <More more={more} />
    </>
  );
}

function Where({ row, atNode }: { row: JourneyPerson; atNode: boolean }) {
  const { t } = useTranslation('journeys');
  const { definition } = useBoard();
  const reasonWords = useReasonWords();
  const node = nodeOf(definition, row.node);
  const waits = useWaits(row);
  return (
    <Text size="xs" c="dimmed" component="div">
      {!atNode && node !== undefined && <div>{titleOf(node, t)}</div>}
      {row.state === 'left' ? (
        <>
          {reasonWords(row.reason ?? '')} · <DateTime at={row.leftAt ?? row.since} mode="relative" />
        </>
      ) : (
        <>
          {waits} · <DateTime at={row.since} mode="relative" />
        </>
      )}
    </Text>
  );
}

function useWaits({ state, waitingFor, until }: JourneyPerson): string {
  const { t } = useTranslation('journeys');
  if (state !== 'waiting' || waitingFor === null) return t('numbers.moving');
  const name = waitingFor.startsWith('event:') ? waitingFor.slice('event:'.length) : '';
  const kind = (['order', 'response', 'message', 'time'] as const).find((one) => one === waitingFor);
  const what = name === '' ? t(`numbers.waiting.${kind ?? 'time'}`) : t('numbers.waiting.event', { name });
  return until === null ? what : `${what} ${t('numbers.until', { when: dateTimeText(until, locale()) })}`;
}
