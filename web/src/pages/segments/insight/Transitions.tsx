import { Badge, Group, SegmentedControl, Text } from '@mantine/core';
import { IconArrowDownRight, IconArrowUpRight } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Transition } from '../../../api/segments.ts';
import { LIVE_MS, segments } from '../../../api/segments.ts';
import { contactName } from '../../../lib/contactName.ts';
import { useList } from '../../../lib/list.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime } from '../../../ui/format.tsx';
import { AnchorLink } from '../../../ui/links.tsx';
import { Fresh } from './Fresh.tsx';
import { EmptyState } from '../../../ui/states.tsx';

const WHICH = ['all', 'entered', 'left'] as const;

/** Came or went. */
export function Direction({ direction }: { direction: 'entered' | 'left' }) {
  const { t } = useTranslation('segments');
  const entered = direction === 'entered';
  return (
    <Badge
      color={entered ? 'pine' : 'gray'}
      leftSection={entered ? <IconArrowUpRight size={13} /> : <IconArrowDownRight size={13} />}
    >
      {t(`moves.${direction}`)}
    </Badge>
  );
}

/** Who came and who went, newest first, each with the reason. */
export function Transitions({ id }: { id: string }) {
  const { t } = useTranslation(['segments', 'contacts']);
  const [which, setWhich] = useState<(typeof WHICH)[number]>('all');
  const { at, ...list } = useList(segments.transitions(id, which === 'all' ? undefined : which), LIVE_MS);
  const columns: Column<Transition>[] = [
    {
      key: 'name',
      header: t('contacts:field.name'),
      main: true,
      cell: (row) => (
        <AnchorLink to="/contacts/$id" params={{ id: row.contactId }} c="inherit" fw={550}>
          {contactName(row) ?? t('contacts:unnamed')}
        </AnchorLink>
      ),
    },
    {
      key: 'direction',
      header: t('segments:moves.what'),
      cell: (row) => <Direction direction={row.direction} />,
    },
    { key: 'at', header: t('segments:moves.when'), cell: (row) => <DateTime at={row.occurredAt} /> },
    {
      key: 'cause',
      header: t('segments:moves.why'),
      cell: (row) => (
        <Text size="sm" inherit>
          {t(`segments:cause.${row.cause}`)}
        </Text>
      ),
    },
    { key: 'version', header: t('segments:moves.version'), align: 'right', cell: (row) => row.version },
  ];
  return (
    <>
      <Group m="md" gap="md" justify="space-between">
        <SegmentedControl
          size="xs"
          aria-label={t('segments:moves.what')}
          value={which}
          onChange={setWhich}
          data={WHICH.map((value) => ({ value, label: t(`segments:moves.which.${value}`) }))}
        />
        <Fresh at={at} />
      </Group>
      <DataTable
        label={t('segments:moves.title')}
        columns={columns}
        {...list}
        rowKey={(row) => row.id}
        empty={<EmptyState title={t('segments:moves.empty')} text={t('segments:moves.emptyText')} />}
      />
    </>
  );
}
