import { Anchor, Badge, Code, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { imports } from '../../api/imports.ts';
import { keys } from '../../api/people.ts';
import type { SourceView } from '../../api/sources.ts';
import { sources } from '../../api/sources.ts';
import { locale } from '../../i18n/index.ts';
import { numberText } from '../../lib/format.ts';
import { useList } from '../../lib/list.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { DateTime } from '../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../ui/links.tsx';
import { STATE_COLORS } from '../imports/words.ts';
import { Card } from './Card.tsx';
import classes from './home.module.css';

const SHOWN = 5;

export function SourcesCard() {
  const { t } = useTranslation(['home', 'settings']);
  const query = useQuery(sources.all);
  const connect = (
    <ButtonLink to="/sources" size="xs" mt="sm">
      {t('home:connect')}
    </ButtonLink>
  );
  return (
    <Card
      title={t('home:sources')}
      to="/sources"
      rows={query.data}
      error={query.error}
      onRetry={() => void query.refetch()}
      empty={
        <>
          <div>{t('home:noSources')}</div>
          {connect}
        </>
      }
    >
      {(rows) => (
        <Stack gap="md">
          <ul className={classes['rows']}>
            {rows.slice(0, SHOWN).map(({ id, name, events24h, lastEventAt }) => (
              <li key={id}>
                <AnchorLink to="/sources/$id" params={{ id }} size="sm">
                  {name}
                </AnchorLink>
                <Group gap="sm">
                  <span>
                    {t('home:events', { count: events24h, shown: numberText(events24h, locale()) })}
                  </span>
                  {lastEventAt !== null && <DateTime at={lastEventAt} mode="relative" />}
                </Group>
              </li>
            ))}
          </ul>
          <Snippet source={rows.find(({ kind }) => kind !== 'server')} />
        </Stack>
      )}
    </Card>
  );
}

/** What goes into the pages of a site; servers send on their own. */
function Snippet({ source }: { source: SourceView | undefined }) {
  const { t } = useTranslation('settings');
  const snippet = useQuery({ ...sources.snippet(source?.id ?? ''), enabled: source !== undefined });
  if (source === undefined || snippet.data === undefined) return null;
  return <CopyField label={`${t('sources.page')}: ${source.name}`} value={snippet.data.html} />;
}

export function KeysCard() {
  const { t } = useTranslation('home');
  const query = useQuery(keys.all);
  return (
    <Stack gap="lg">
      <Card
        title={t('keys')}
        to="/keys"
        rows={query.data?.filter(({ revokedAt }) => revokedAt === null)}
        error={query.error}
        onRetry={() => void query.refetch()}
        empty={t('noKeys')}
      >
        {(rows) => (
          <ul className={classes['rows']}>
            {rows.slice(0, SHOWN).map(({ id, name, prefix, lastUsedAt }) => (
              <li key={id}>
                <span>
                  {name} <Code>{prefix}…</Code>
                </span>
                {lastUsedAt !== null && <DateTime at={lastUsedAt} mode="relative" />}
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Text size="sm" c="dimmed">
        <Anchor href="/docs" target="_blank" size="sm">
          {t('docs')}
        </Anchor>
        . {t('docsText')}
      </Text>
    </Stack>
  );
}

export function ImportsCard() {
  const { t } = useTranslation(['home', 'imports']);
  return (
    <Card title={t('home:imports')} to="/imports" {...useList(imports.list())} empty={t('home:noImports')}>
      {(rows) => (
        <ul className={classes['rows']}>
          {rows.slice(0, SHOWN).map(({ id, name, state, rowsDone }) => (
            <li key={id}>
              <AnchorLink to="/imports/$id" params={{ id }} size="sm">
                {name}
              </AnchorLink>
              <Group gap="xs" wrap="nowrap">
                {t('home:rows', { count: rowsDone, shown: numberText(rowsDone, locale()) })}
                <Badge color={STATE_COLORS[state]}>{t(`imports:states.${state}`)}</Badge>
              </Group>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
