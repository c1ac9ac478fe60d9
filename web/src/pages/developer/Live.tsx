import { Badge, Code, Group, SegmentedControl, Stack, Switch, Text, UnstyledButton } from '@mantine/core';
import { IconActivity } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecentEvent, SourceView } from '../../api/sources.ts';
import { sources } from '../../api/sources.ts';
import { locale } from '../../i18n/index.ts';
import { useEventWord } from '../../lib/eventWord.ts';
import { AnchorLink } from '../../ui/links.tsx';
import { Section } from '../../ui/Section.tsx';
import { EmptyState, Loaded } from '../../ui/states.tsx';
import classes from './developer.module.css';
import { reasonWords } from './reasons.ts';

const VERDICTS = ['all', 'accepted', 'rejected'] as const;
type Shown = (typeof VERDICTS)[number];

/** The last events as they come in, each with its verdict; refreshed by itself until paused. */
export function Live({ source }: { source: SourceView }) {
  const { t } = useTranslation('developer');
  const [live, setLive] = useState(true);
  const [shown, setShown] = useState<Shown>('all');
  const query = useQuery(sources.recent(source.id, live));
  return (
    <Section
      title={t('live')}
      hint={t('liveHint')}
      flush
      actions={
        <Group gap="sm">
          <SegmentedControl
            size="xs"
            aria-label={t('verdict')}
            value={shown}
            onChange={(value) => setShown(VERDICTS.find((one) => one === value) ?? 'all')}
            data={VERDICTS.map((value) => ({ value, label: t(`verdicts.${value}`) }))}
          />
          <Switch
            label={t('follow')}
            checked={live}
            onChange={(event) => setLive(event.currentTarget.checked)}
          />
        </Group>
      }
    >
      <Loaded query={query}>
        {(events) => {
          const rows = events.filter(({ verdict }) => shown === 'all' || verdict === shown);
          if (rows.length === 0)
            return <EmptyState icon={<IconActivity />} title={t('noEvents')} text={t('noEventsText')} />;
          return (
            <ul className={classes['events']} aria-live="off">
              {rows.map((event) => (
                <Event key={event.id} event={event} />
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Section>
  );
}

const timeText = (iso: string): string =>
  new Intl.DateTimeFormat(locale(), { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(
    new Date(iso),
  );

/** What a refused event called itself, where its text can be read. */
function namedIn(raw: string | null): string | undefined {
  try {
    const parsed: unknown = JSON.parse(raw ?? '');
    const { event, type } = (typeof parsed === 'object' ? parsed : null) as Record<string, unknown>;
    return [event, type].find((name) => typeof name === 'string' && name !== '') as string | undefined;
  } catch {
    return undefined;
  }
}

function Event({ event }: { event: RecentEvent }) {
  const { t } = useTranslation('developer');
  const [open, setOpen] = useState(false);
  const eventWord = useEventWord();
  const bad = event.verdict === 'rejected';
  const name = event.name ?? event.type ?? namedIn(event.raw) ?? t('unreadable');
  const words = eventWord(name);
  return (
    <li className={classes['event']}>
      <UnstyledButton className={classes['line'] ?? ''} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Text size="sm" c="dimmed" className="otk-figure">
          <time dateTime={event.receivedAt}>{timeText(event.receivedAt)}</time>
        </Text>
        <Badge color={bad ? 'red' : 'pine'}>{t(`verdicts.${event.verdict}`)}</Badge>
        <span className={classes['what']}>
          <Text span size="sm" fw={550}>
            {name}
          </Text>
          {words !== name && (
            <Text span size="sm" c="dimmed">
              {' · '}
              {words}
            </Text>
          )}
          {event.warnings.map(({ code, path }) => (
            <Text span size="sm" c="gold" key={path}>
              {' · '}
              {path}: {t(`warnings.${code}`)}
            </Text>
          ))}
          {event.reason !== null && (
            <Text span size="sm" c={bad ? 'red' : 'dimmed'}>
              {' · '}
              {reasonWords(t, event.reason)}
            </Text>
          )}
        </span>
        <Group gap={4} wrap="nowrap">
          {event.bot && <Badge color="gray">{t('bot')}</Badge>}
          <Badge color={event.trust === 'public' ? 'gray' : 'sky'}>{t(`trust.${event.trust}`)}</Badge>
        </Group>
      </UnstyledButton>
      <About event={event} />
      {open && <Details event={event} />}
    </li>
  );
}

/** Which page it happened on, and whose it is. */
function About({ event }: { event: RecentEvent }) {
  const { t } = useTranslation('developer');
  const path = pathOf(event);
  if (path === undefined && event.contactId === null) return null;
  return (
    <Text size="sm" c="dimmed" component="div" className={classes['about'] ?? ''}>
      {path !== undefined && <span>{path}</span>}
      {event.contactId !== null && (
        <AnchorLink to="/contacts/$id" params={{ id: event.contactId }}>
          {t('visitor', { id: event.contactId.slice(-SHORT) })}
        </AnchorLink>
      )}
    </Text>
  );
}

/** The end of an id: its beginning is the time, which visitors of one minute share. */
const SHORT = 6;

function pathOf({ properties, context }: RecentEvent): string | undefined {
  const page = context?.['page'];
  const told = typeof page === 'object' && page !== null && 'path' in page ? page.path : properties?.['path'];
  return typeof told === 'string' && told !== '' ? told : undefined;
}

function Details({ event }: { event: RecentEvent }) {
  const { t } = useTranslation('developer');
  const parts: [string, unknown][] = [
    [t('properties'), event.properties],
    [t('context'), event.context],
  ];
  return (
    <Stack gap="xs" className={classes['more'] ?? ''}>
      <Text size="sm" c="dimmed">
        {event.messageId !== null && `messageId ${event.messageId} · `}
        {event.contactId !== null && (
          <AnchorLink to="/contacts/$id" params={{ id: event.contactId }}>
            {t('whose')}
          </AnchorLink>
        )}
      </Text>
      {parts
        .filter(([, value]) => value !== null)
        .map(([label, value]) => (
          <Code block key={label} style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
            {label}: {JSON.stringify(value, null, 2)}
          </Code>
        ))}
      {event.masked && (
        <Text size="sm" c="dimmed">
          {t('hidden')}
        </Text>
      )}
      {event.raw !== null && (
        <Code block style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
          {event.raw}
        </Code>
      )}
    </Stack>
  );
}
