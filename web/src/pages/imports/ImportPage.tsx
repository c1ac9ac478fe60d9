import { Alert, Badge, Button, Group, Paper, Progress, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { ImportErrorView, ImportView } from '../../api/imports.ts';
import { imports, isGoing } from '../../api/imports.ts';
import { locale } from '../../i18n/index.ts';
import { numberText } from '../../lib/format.ts';
import { useList } from '../../lib/list.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { Figure, None } from '../../ui/format.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { StatTile } from '../../ui/StatTile.tsx';
import { STATE_COLORS, useKindName } from './words.ts';

const route = getRouteApi('/app/imports/$id');

export default function ImportPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(imports.one(id))}>
      {(view) => <Import view={view} />}
    </Loaded>
  );
}

function Import({ view }: { view: ImportView }) {
  const { t } = useTranslation('imports');
  const kindName = useKindName();
  const act = useWrite({
    run: (verb: 'resume' | 'cancel') => imports.act(view.id, verb),
    touches: ['imports'],
  });
  const going = isGoing(view);
  const resumable = view.state === 'failed' || view.state === 'cancelled';
  return (
    <>
      <PageHeader
        title={view.name}
        up={{ to: '/imports', label: t('title') }}
        badge={<Badge color={STATE_COLORS[view.state]}>{t(`states.${view.state}`)}</Badge>}
        description={kindName(view.kind)}
        actions={
          <>
            {going && (
              <Button variant="default" loading={act.isPending} onClick={() => act.mutate('cancel')}>
                {t('cancel')}
              </Button>
            )}
            {resumable && (
              <Button loading={act.isPending} onClick={() => act.mutate('resume')}>
                {t('resume')}
              </Button>
            )}
          </>
        }
      />
      <Stack gap="lg">
        {view.failure !== null && (
          <Alert color="red" title={view.failure.detail}>
            {[view.failure.code, view.failure.at].filter(Boolean).join(' · ')}
          </Alert>
        )}
        {going && <Going view={view} />}
        <SimpleGrid cols={{ base: 2, md: 5 }} spacing="sm">
          <StatTile label={t('read')} value={<Figure value={view.rowsRead} />} />
          <StatTile label={t('created')} value={<Figure value={view.rowsCreated} />} />
          <StatTile label={t('updated')} value={<Figure value={view.rowsUpdated} />} />
          <StatTile label={t('unchanged')} value={<Figure value={view.rowsUnchanged} />} />
          <StatTile
            label={t('failedRows')}
            value={<Figure value={view.rowsFailed} />}
            {...(view.rowsFailed > 0 ? { tone: 'bad' as const } : {})}
          />
        </SimpleGrid>
        <Errors view={view} />
      </Stack>
    </>
  );
}

function Going({ view }: { view: ImportView }) {
  const { t } = useTranslation('imports');
  const share = view.bytesTotal === 0 ? 0 : view.bytesRead / view.bytesTotal;
  return (
    <Paper p="md">
      <Progress value={share * 100} animated aria-label={t('progress')} mb="xs" />
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {view.rowsPerS !== null && t('rate', { shown: numberText(view.rowsPerS, locale()) })}
        </Text>
        <Text size="sm" c="dimmed">
          {view.etaS !== null && t('left', { shown: numberText(view.etaS, locale()) })}
        </Text>
      </Group>
    </Paper>
  );
}

function Errors({ view }: { view: ImportView }) {
  const { t } = useTranslation('imports');
  const list = useList(imports.errors(view.id));
  const columns: Column<ImportErrorView>[] = [
    { key: 'row', header: t('row'), align: 'right', width: 90, cell: (row) => <Figure value={row.row} /> },
    { key: 'reason', header: t('reason'), main: true, cell: (row) => row.detail },
    { key: 'field', header: t('field'), cell: (row) => row.field ?? <None /> },
    {
      key: 'raw',
      header: t('text'),
      cell: (row) => (
        <Text size="sm" c="dimmed" lineClamp={1}>
          {row.raw.join(' · ')}
        </Text>
      ),
    },
  ];
  return (
    <Section
      title={t('errors')}
      flush
      actions={
        view.rowsFailed > 0 && (
          <Button
            component="a"
            href={imports.errorsUrl(view.id)}
            download
            size="xs"
            variant="default"
            leftSection={<IconDownload size={15} />}
          >
            {t('errorsDownload')}
          </Button>
        )
      }
    >
      <DataTable
        label={t('errors')}
        columns={columns}
        {...list}
        rowKey={(row) => String(row.row)}
        empty={
          <Text size="sm" c="dimmed" p="md">
            {t('noErrors')}
          </Text>
        }
      />
    </Section>
  );
}
