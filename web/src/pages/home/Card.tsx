import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { AnchorLink } from '../../ui/links.tsx';
import { Section } from '../../ui/Section.tsx';
import { ErrorState, Loading } from '../../ui/states.tsx';

type To = '/segments' | '/campaigns' | '/leads' | '/tasks' | '/sources' | '/keys' | '/imports' | '/sales';

/** A part of the home page: a few rows of a list, and the way to all of it. */
export function Card<Row>(props: {
  title: string;
  to: To;
  rows: readonly Row[] | undefined;
  error: unknown;
  onRetry: () => void;
  empty: ReactNode;
  children: (rows: readonly Row[]) => ReactNode;
}) {
  const { t } = useTranslation();
  const { rows, error } = props;
  return (
    <Section
      title={props.title}
      actions={
        <AnchorLink to={props.to} size="sm">
          {t('action.all')}
        </AnchorLink>
      }
    >
      {rows === undefined && error !== null && <ErrorState error={error} retry={props.onRetry} />}
      {rows === undefined && error === null && <Loading />}
      {rows?.length === 0 && (
        <Text size="sm" c="dimmed" component="div">
          {props.empty}
        </Text>
      )}
      {rows !== undefined && rows.length > 0 && props.children(rows)}
    </Section>
  );
}
