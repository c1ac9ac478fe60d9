import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { EntryView } from '../../../api/loyalty.ts';
import { members } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useOwners } from '../../../lib/owners.ts';
import { DateTime } from '../../../ui/format.tsx';
import { More } from '../../../ui/More.tsx';
import { ErrorState, Loading } from '../../../ui/states.tsx';
import { aboutWords, reasonWords } from './about.ts';
import { Signed } from './Signed.tsx';

/** Every movement of points with its reason, newest first; asked for only when somebody wants to see it. */
export function Ledger({ contactId, programId }: { contactId: string; programId: string }) {
  const { t } = useTranslation('wallet');
  const [open, { toggle }] = useDisclosure(false);
  return (
    <div>
      <Anchor component="button" type="button" size="sm" aria-expanded={open} onClick={toggle}>
        {open ? `${t('ledger')}: ${t('hideLots').toLowerCase()}` : t('ledger')}
      </Anchor>
      {open && <Entries contactId={contactId} programId={programId} />}
    </div>
  );
}

function Entries({ contactId, programId }: { contactId: string; programId: string }) {
  const { t } = useTranslation('wallet');
  const { rows, error, onRetry, more } = useList(members.ledger(contactId, programId));
  if (rows === undefined)
    return error === null ? <Loading lines={3} /> : <ErrorState error={error} retry={onRetry} />;
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed" mt="xs">
        {t('noLedger')}
      </Text>
    );
  return (
    <>
      <Stack gap={8} mt="xs" role="list" aria-label={t('ledger')}>
        {rows.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </Stack>
      <More more={more} />
    </>
  );
}

/** What came back and went on at once to what had been written off: no adjustment of anybody's. */
const recoveredBy = ({ kind, postings }: EntryView): number =>
  kind === 'adjust'
    ? 0
    : postings.reduce(
        (sum, { account, points }) => (account === 'adjustment' && points > 0 ? sum + points : sum),
        0,
      );

function Entry({ entry }: { entry: EntryView }) {
  const { t } = useTranslation('wallet');
  const { nameOf } = useOwners();
  const recovered = recoveredBy(entry);
  const actor = nameOf(entry.actorId);
  const [reason, about] = [reasonWords(t, entry.reason), aboutWords(t, entry)];
  return (
    <div role="listitem">
      <Group justify="space-between" gap="xs" wrap="nowrap" align="baseline">
        <Text size="sm">
          {t(`kind.${entry.kind as 'accrue'}`, { defaultValue: entry.kind })}
          {entry.points === 0 && entry.told > 0 && entry.kind !== 'write_off' && (
            <Text span inherit c="dimmed">
              {' '}
              ({t('pending').toLowerCase()})
            </Text>
          )}
        </Text>
        <Text size="sm">
          <Signed points={entry.told} />
        </Text>
      </Group>
      {recovered > 0 && (
        <Text size="xs" c="dimmed">
          {t('recovered', { shown: numberText(recovered, locale()) })}
        </Text>
      )}
      {reason !== undefined && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {reason}
        </Text>
      )}
      <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
        <DateTime at={entry.occurredAt} />
        {about !== undefined && ` · ${about}`}
        {actor !== undefined && ` · ${t('by', { actor })}`}
      </Text>
    </div>
  );
}
