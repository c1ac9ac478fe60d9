import { ActionIcon, Button, Group, Paper, Text } from '@mantine/core';
import { IconCalendar, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { campaignGuard } from '../../../api/campaignGuard.ts';
import type { CalendarView } from '../../../api/campaignGuard.ts';
import { locale } from '../../../i18n/index.ts';
import { capitalised, dateText, numberText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import { AnchorLink } from '../../../ui/links.tsx';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { EmptyState, Loaded } from '../../../ui/states.tsx';
import classes from './calendar.module.css';
import { dayIn, monthOf, shifted, spanOf, weeksOf } from './days.ts';
import type { Month } from './days.ts';

type Item = CalendarView['items'][number];

/** What went out and what is to come, by day: a month of weeks, on a narrow screen a list of its days. */
export default function CalendarPage() {
  const { t } = useTranslation(['guard', 'campaigns']);
  const { timeZone } = useMe().settings;
  const [month, setMonth] = useState(() => monthOf(new Date(), timeZone));
  const weeks = weeksOf(month);
  const span = spanOf(weeks);
  const query = useQuery({
    ...campaignGuard.calendar(span.from, span.to),
    placeholderData: keepPreviousData,
  });
  return (
    <>
      <PageHeader
        title={t('calendar.title')}
        description={t('calendar.description')}
        up={{ to: '/campaigns', label: t('campaigns:title') }}
      />
      <Turn month={month} timeZone={timeZone} onTurn={setMonth} />
      <Loaded query={query}>
        {(found) => (
          <>
            <Days month={month} weeks={weeks} found={found} />
            <Text size="xs" c="dimmed" mt="xs">
              {t('calendar.zone', { zone: found.timeZone })}
              {found.cut && ` · ${t('calendar.cut')}`}
            </Text>
          </>
        )}
      </Loaded>
    </>
  );
}

function Turn(props: { month: Month; timeZone: string; onTurn: (month: Month) => void }) {
  const { t } = useTranslation('guard');
  const { month, onTurn } = props;
  const name = new Intl.DateTimeFormat(locale(), { month: 'long', year: 'numeric', timeZone: 'UTC' });
  return (
    <Group mb="md" gap="xs">
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t('calendar.back')}
        onClick={() => onTurn(shifted(month, -1))}
      >
        <IconChevronLeft size={18} />
      </ActionIcon>
      <ActionIcon
        variant="default"
        size="lg"
        aria-label={t('calendar.forward')}
        onClick={() => onTurn(shifted(month, 1))}
      >
        <IconChevronRight size={18} />
      </ActionIcon>
      <Text fw={600} aria-live="polite">
        {capitalised(name.format(Date.UTC(month.year, month.month, 1)), locale())}
      </Text>
      <Button variant="subtle" onClick={() => onTurn(monthOf(new Date(), props.timeZone))}>
        {t('calendar.today')}
      </Button>
    </Group>
  );
}

function Days({ month, weeks, found }: { month: Month; weeks: string[][]; found: CalendarView }) {
  const { t } = useTranslation('guard');
  const byDay = Map.groupBy(found.items, ({ at }) => dayIn(new Date(at), found.timeZone));
  const prefix = `${month.year}-${String(month.month + 1).padStart(2, '0')}`;
  const today = dayIn(new Date(), found.timeZone);
  const weekday = new Intl.DateTimeFormat(locale(), { weekday: 'short', timeZone: 'UTC' });
  if (![...byDay.keys()].some((day) => day.startsWith(prefix)))
    return <EmptyState icon={<IconCalendar />} title={t('calendar.none')} text={t('calendar.noneText')} />;
  return (
    <Paper className={classes['month']}>
      {weeks[0]?.map((day) => (
        <Text key={day} className={classes['weekday']} size="sm" c="dimmed">
          {weekday.format(new Date(`${day}T00:00:00Z`))}
        </Text>
      ))}
      {weeks.flat().map((day) => (
        <div
          key={day}
          className={classes['day']}
          data-other={!day.startsWith(prefix) || undefined}
          data-empty={!byDay.has(day) || undefined}
        >
          <Text
            size="sm"
            className={classes['number']}
            data-today={day === today || undefined}
            aria-label={dateText(`${day}T12:00:00Z`, locale())}
          >
            {Number(day.slice(-2))}
          </Text>
          {byDay.get(day)?.map((item) => (
            <Send key={`${item.campaignId}${item.at}`} item={item} timeZone={found.timeZone} />
          ))}
        </div>
      ))}
    </Paper>
  );
}

function Send({ item, timeZone }: { item: Item; timeZone: string }) {
  const { t } = useTranslation('guard');
  const time = new Intl.DateTimeFormat(locale(), { timeZone, hour: '2-digit', minute: '2-digit' });
  const count = item.audience ?? 0;
  return (
    <AnchorLink
      to="/campaigns/$id"
      params={{ id: item.campaignId }}
      className={classes['send']}
      data-ahead={item.ahead || undefined}
      underline="never"
    >
      <span className={classes['name']}>{item.name}</span>
      <span className={classes['told']}>
        {time.format(new Date(item.at))} ·{' '}
        {item.ahead ? t('calendar.ahead') : t('calendar.sent', { count, shown: numberText(count, locale()) })}
      </span>
    </AnchorLink>
  );
}
