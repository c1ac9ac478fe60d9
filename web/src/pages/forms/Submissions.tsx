import { Badge, Button, Drawer, Group, Select, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FormView, SubmissionView } from '../../api/forms.ts';
import { forms } from '../../api/forms.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { DateTime, None } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { Section } from '../../ui/Section.tsx';
import { SUBMISSION_STATES } from './search.ts';
import { STATE_COLORS } from './stateColors.ts';
import { Submission } from './Submission.tsx';

const route = getRouteApi('/app/forms/$id');

/** What was sent, newest first. */
export function Submissions({ form }: { form: FormView }) {
  const { t } = useTranslation('forms');
  const { may } = useMe();
  const { state } = route.useSearch();
  const navigate = useNavigate();
  const [shown, setShown] = useState<SubmissionView>();
  const list = useList(forms.submissions(form.id, state));
  const nameOf = (row: SubmissionView): string => row.email ?? t('submissions.anonymous');
  return (
    <Section
      title={t('submissions.section')}
      flush
      actions={
        <Group gap="xs">
          <Select
            size="xs"
            aria-label={t('submissions.state')}
            placeholder={t('submissions.all')}
            clearable
            data={SUBMISSION_STATES.map((value) => ({ value, label: t(`submissions.states.${value}`) }))}
            value={state ?? null}
            onChange={(next) =>
              void navigate({
                to: '/forms/$id',
                params: { id: form.id },
                search: next === null ? {} : { state: next },
                replace: true,
              })
            }
          />
          {may('contacts:export') && (
            <Button
              component="a"
              href={forms.csvUrl(form.id)}
              size="xs"
              variant="default"
              leftSection={<IconDownload size={15} />}
            >
              {t('submissions.csv')}
            </Button>
          )}
        </Group>
      }
    >
      <DataTable
        label={t('submissions.section')}
        columns={useColumns(nameOf, setShown)}
        {...list}
        rowKey={(row) => row.id}
        onOpen={setShown}
        empty={
          <Text size="sm" c="dimmed" p="md">
            {state === undefined ? t('submissions.empty') : t('submissions.emptyState')}
          </Text>
        }
      />
      <Drawer
        opened={shown !== undefined}
        onClose={() => setShown(undefined)}
        size="lg"
        title={shown === undefined ? '' : t('submissions.of', { name: nameOf(shown) })}
      >
        {shown !== undefined && (
          <Submission form={form} submission={shown} onDone={() => setShown(undefined)} />
        )}
      </Drawer>
    </Section>
  );
}

function useColumns(
  nameOf: (row: SubmissionView) => string,
  show: (row: SubmissionView) => void,
): Column<SubmissionView>[] {
  const { t } = useTranslation(['forms', 'common']);
  return [
    {
      key: 'who',
      header: t('forms:submissions.who'),
      main: true,
      cell: (row) =>
        row.contactId === null ? (
          nameOf(row)
        ) : (
          <AnchorLink to="/contacts/$id" params={{ id: row.contactId }} c="inherit" fw={550}>
            {nameOf(row)}
          </AnchorLink>
        ),
    },
    {
      key: 'state',
      header: t('forms:submissions.state'),
      cell: (row) => (
        <div>
          <Badge color={STATE_COLORS[row.state]}>{t(`forms:submissions.states.${row.state}`)}</Badge>
          {row.spamReason !== null && (
            <Text size="xs" c="dimmed">
              {t(`forms:submissions.reasons.${row.spamReason}`)}
            </Text>
          )}
          {row.flags.map((flag) => (
            <Text key={flag} size="xs" c="dimmed">
              {t(`forms:submissions.flags.${flag}`)}
            </Text>
          ))}
        </div>
      ),
    },
    {
      key: 'consents',
      header: t('forms:submissions.consents'),
      cell: (row) =>
        row.consents.length === 0 ? (
          <None />
        ) : (
          row.consents.map(({ purpose, channel }) => `${purpose} · ${channel}`).join(', ')
        ),
    },
    { key: 'when', header: t('forms:submissions.when'), cell: (row) => <DateTime at={row.submittedAt} /> },
    {
      key: 'show',
      header: t('common:action.actions'),
      align: 'right',
      cell: (row) => (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => show(row)}
          aria-label={t('forms:submissions.showOf', { name: nameOf(row) })}
        >
          {t('forms:submissions.show')}
        </Button>
      ),
    },
  ];
}
