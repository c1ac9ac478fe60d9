import { Alert, Button, Code, EmptyState as MantineEmpty, Skeleton, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../api/problem.ts';
import { problemText } from '../i18n/problems.ts';
import { ButtonLink } from './links.tsx';
import { PageHeader } from './PageHeader.tsx';

/** Nothing here yet, or nothing fits: says which, and offers the next step. */
export function EmptyState(props: { icon?: ReactNode; title: string; text?: string; action?: ReactNode }) {
  return (
    <MantineEmpty
      icon={props.icon}
      title={props.title}
      description={props.text}
      py="xl"
      px="md"
      size="sm"
      variant="light"
    >
      {props.action !== undefined && <MantineEmpty.Actions>{props.action}</MantineEmpty.Actions>}
    </MantineEmpty>
  );
}

/** What went wrong in plain words, with the code to quote and a way to try again. */
export function ErrorState({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  const problem = error instanceof ApiError ? error : undefined;
  const title = problem?.status === 403 ? t('error.forbidden') : t('error.title');
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={title} role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{problem === undefined ? t('error.unexpected') : problemText(problem)}</Text>
        {problem !== undefined && (
          <Code>{[problem.code, problem.requestId].filter(Boolean).join(' · ')}</Code>
        )}
        {retry !== undefined && (
          <Button size="xs" variant="default" onClick={retry}>
            {t('action.retry')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

export function Loading({ lines = 4, height = 18 }: { lines?: number; height?: number }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm" role="status" aria-label={t('state.loading')}>
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} height={height} width={index === lines - 1 ? '60%' : '100%'} />
      ))}
    </Stack>
  );
}

/** An id that nothing has, and one that is none at all, are the same to whoever followed a link. */
const isNoPage = (error: unknown): boolean =>
  error instanceof ApiError &&
  (error.status === 404 || (error.code === 'validation_failed' && error.at === 'id'));

function NoPage() {
  const { t } = useTranslation(['problems', 'common']);
  return (
    <>
      <PageHeader title={t('problems:noPage')} description={t('problems:noPageText')} />
      <ButtonLink to="/">{t('common:error.toHome')}</ButtonLink>
    </>
  );
}

/** The three states of one query around what it brings. */
export function Loaded<T>(props: {
  query: UseQueryResult<T>;
  lines?: number;
  /** The query brings what the whole page is about: when there is no such thing, the page says so. */
  page?: boolean;
  children: (data: T) => ReactNode;
}) {
  const { data, error, refetch } = props.query;
  if (data !== undefined) return props.children(data);
  if (error !== null && props.page === true && isNoPage(error)) return <NoPage />;
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />;
  return <Loading {...(props.lines === undefined ? {} : { lines: props.lines })} />;
}
