import { Group, SegmentedControl, Text } from '@mantine/core';
import { IconArrowDown, IconArrowRight, IconArrowUp } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { MoveView } from '../../../api/standing.ts';
import { ladders } from '../../../api/standing.ts';
import { useList } from '../../../lib/list.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime } from '../../../ui/format.tsx';
import { AnchorLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/Section.tsx';
import { EmptyState } from '../../../ui/states.tsx';
import { monthIn } from '../days.ts';
import type { Tiers } from './words.ts';
import { useFigure, useTierName } from './words.ts';

type Props = { tiers: Tiers; all: boolean; onAll: (all: boolean) => void };
const ICONS = { up: IconArrowUp, down: IconArrowDown, other: IconArrowRight } as const;

/** Who moved, when and why, newest first. */
export function Moves({ tiers, all, onAll }: Props) {
  const { t } = useTranslation(['loyalty', 'contacts']);
  const navigate = useNavigate();
  const figure = useFigure(tiers);
  const nameOf = useTierName(tiers);
  const { at: _at, ...list } = useList(ladders.moves(tiers.ladder.id, all ? undefined : monthIn(tiers.zone)));
  const columns: Column<MoveView>[] = [
    {
      key: 'contact',
      header: t('loyalty:tiers.contact'),
      main: true,
      cell: ({ contactId, contactName }) => (
        <AnchorLink to="/contacts/$id" params={{ id: contactId }} c="inherit" fw={550}>
          {contactName === null || contactName === '' ? t('contacts:unnamed') : contactName}
        </AnchorLink>
      ),
    },
    {
      key: 'move',
      header: t('loyalty:tiers.move'),
      cell: ({ fromTierId, toTierId, direction }) => {
        const Icon = ICONS[direction];
        return (
          <Group gap={6} wrap="nowrap">
            <Icon size={15} aria-label={t(`loyalty:tiers.${direction}`)} style={{ flex: 'none' }} />
            <Text inherit style={{ overflowWrap: 'anywhere' }}>
              {nameOf(fromTierId)} → {nameOf(toTierId)}
            </Text>
          </Group>
        );
      },
    },
    {
      key: 'why',
      header: t('loyalty:tiers.why'),
      cell: ({ cause }) => t(`loyalty:tiers.cause.${cause as 'order'}`, { defaultValue: cause }),
    },
    { key: 'basis', header: t('loyalty:tiers.basis'), align: 'right', cell: ({ basis }) => figure(basis) },
    { key: 'at', header: t('loyalty:tiers.at'), cell: ({ occurredAt }) => <DateTime at={occurredAt} /> },
  ];
  return (
    <Section
      flush
      title={t('loyalty:tiers.who')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('loyalty:tiers.which')}
          value={all ? 'all' : 'month'}
          onChange={(value) => onAll(value === 'all')}
          data={[
            { value: 'month', label: t('loyalty:tiers.month') },
            { value: 'all', label: t('loyalty:tiers.allTime') },
          ]}
        />
      }
    >
      <DataTable
        label={t('loyalty:tiers.who')}
        columns={columns}
        {...list}
        rowKey={({ id }) => id}
        onOpen={({ contactId }) => void navigate({ to: '/contacts/$id', params: { id: contactId } })}
        empty={
          <EmptyState title={t('loyalty:tiers.nobodyMoved')} text={t('loyalty:tiers.nobodyMovedText')} />
        }
      />
    </Section>
  );
}
