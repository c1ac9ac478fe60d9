import { Button, Group, Text } from '@mantine/core';
import { IconHelpCircle } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SegmentMember, SegmentView } from '../../api/segments.ts';
import { LIVE_MS, segments } from '../../api/segments.ts';
import { contactName } from '../../lib/contactName.ts';
import { useList } from '../../lib/list.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { DateTime, None } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Fresh } from './insight/Fresh.tsx';
import { ExplainDrawer } from './explain/ExplainDrawer.tsx';

type Asking = { contact?: { id: string; name: string } };

/** Who is in and since when; of anybody it can be asked why. */
export function Members({ segment }: { segment: SegmentView }) {
  const { t } = useTranslation(['segments', 'contacts']);
  const navigate = useNavigate();
  const [asking, ask] = useState<Asking>();
  const { at, ...list } = useList(segments.members(segment.id), LIVE_MS);
  const nameOf = (row: SegmentMember): string => contactName(row) ?? t('contacts:unnamed');
  const columns: Column<SegmentMember>[] = [
    {
      key: 'name',
      header: t('contacts:field.name'),
      main: true,
      cell: (row) => (
        <AnchorLink to="/contacts/$id" params={{ id: row.contactId }} c="inherit" fw={550}>
          {nameOf(row)}
        </AnchorLink>
      ),
    },
    { key: 'email', header: t('contacts:field.email'), cell: (row) => row.email ?? <None /> },
    { key: 'country', header: t('contacts:field.country'), cell: (row) => row.country ?? <None /> },
    { key: 'since', header: t('segments:since'), cell: (row) => <DateTime at={row.since} mode="date" /> },
    {
      key: 'why',
      header: t('segments:explain.column'),
      cell: (row) => (
        <Button
          size="compact-sm"
          variant="subtle"
          aria-label={t('segments:explain.whyOf', { name: nameOf(row) })}
          onClick={() => ask({ contact: { id: row.contactId, name: nameOf(row) } })}
        >
          {t('segments:explain.why')}
        </Button>
      ),
    },
  ];
  return (
    <>
      <Group justify="space-between" px="md" py="sm" gap="xs">
        <div>
          <Text size="sm" c="dimmed">
            {t('segments:membersHint')}
          </Text>
          <Fresh at={at} />
        </div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconHelpCircle size={15} />}
          onClick={() => ask({})}
        >
          {t('segments:explain.anybody')}
        </Button>
      </Group>
      <DataTable
        label={t('segments:members')}
        columns={columns}
        {...list}
        rowKey={(row) => row.contactId}
        onOpen={(row) => void navigate({ to: '/contacts/$id', params: { id: row.contactId } })}
        empty={<EmptyState title={t('segments:membersEmpty')} />}
      />
      <ExplainDrawer
        opened={asking !== undefined}
        onClose={() => ask(undefined)}
        asked={{ id: segment.id }}
        contact={asking?.contact}
      />
    </>
  );
}
