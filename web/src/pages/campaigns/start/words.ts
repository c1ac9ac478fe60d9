import { useQuery } from '@tanstack/react-query';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { TriggerInput } from '../../../api/campaigns.ts';
import { programs } from '../../../api/loyalty.ts';
import { segments } from '../../../api/segments.ts';
import { ladders } from '../../../api/standing.ts';
import { NO_VALUE, useOpWords } from '../../../conditions/ops.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { textOf } from '../../../lib/textOf.ts';
import { delayOf } from './model.ts';

type Start = TriggerInput['start'];
type Words = TFunction<['starts', 'conditions']>;

/** Names of what a start names by its id. */
type Names = {
  segment: (id: string) => string;
  program: (id: string) => string;
  tier: (id: string) => string;
  sum: (minor: number) => string;
  test: (test: Record<string, unknown>) => string;
};

/** What starts a campaign, when its message comes and when it does not, in one sentence. */
export function useTriggerWords(): (trigger: TriggerInput, segmentId: string | null) => string {
  const { t } = useTranslation(['starts', 'conditions']);
  const { settings, may } = useMe();
  const opWord = useOpWords();
  const known = useList(segments.list(200)).rows;
  const loyalty = may('loyalty:read');
  const all = useQuery({ ...programs.all, enabled: loyalty }).data;
  const tiers = useQuery({ ...ladders.all, enabled: loyalty }).data?.flatMap((one) => one.tiers);
  const nameIn = (list: readonly { id: string; name: string }[] | undefined) => (id: string) =>
    list?.find((one) => one.id === id)?.name ?? t('starts:some');
  const names: Names = {
    segment: nameIn(known),
    program: nameIn(all),
    tier: nameIn(tiers),
    sum: (minor) => moneyText(minor, settings.baseCurrency, locale()),
    test: ({ property, op, value }) =>
      [
        String(property),
        opWord(String(op), typeof value === 'number' ? 'number' : 'text'),
        ...(NO_VALUE.has(String(op)) ? [] : [textOf(value ?? '…')]),
      ].join(' '),
  };
  return (trigger, segmentId) => sentence(t, trigger, segmentId, names);
}

function sentence(t: Words, trigger: TriggerInput, segmentId: string | null, names: Names): string {
  const { start, delayMinutes = 0 } = trigger;
  const yearly = start.type === 'date' && start.yearly !== false;
  return [
    head(t, start, delayMinutes, names),
    start.type === 'date' ? t(yearly ? 'starts:everyYear' : 'starts:onlyThatYear') : '',
    again(t, trigger),
    segmentId === null ? '' : t('starts:onlyIn', { segment: names.segment(segmentId) }),
    unless(t, trigger, segmentId, names),
    '.',
  ].join('');
}

const durationOf = (t: Words, minutes: number): string => {
  const { delay, unit } = delayOf(minutes);
  return t(`starts:${unit}`, { count: delay });
};

function head(t: Words, start: Start, minutes: number, names: Names): string {
  const delay = durationOf(t, minutes);
  const form = minutes === 0 ? 'when' : 'after';
  const plus = minutes === 0 ? '' : t('starts:plus', { delay });
  switch (start.type) {
    case 'segment':
      return t(`starts:${form}.${start.on}`, { delay, segment: names.segment(start.segmentId) });
    case 'event': {
      const tests = (start.where ?? []).map(names.test).join(', ');
      const event = t(`starts:${form}.event`, { delay, event: start.name });
      return tests === '' ? event : `${event}${t('starts:saying', { tests })}`;
    }
    case 'order': {
      const least = start.minTotalMinor ?? 0;
      return `${t(`starts:${form}.order`, { delay })}${least === 0 ? '' : t('starts:of', { sum: names.sum(least) })}`;
    }
    case 'date':
      return `${dateWords(t, start)}${plus}`;
    case 'points_expiring': {
      const program = names.program(start.programId);
      const { daysBefore = 7, at = '10:00' } = start;
      const days = t('starts:days', { count: daysBefore });
      return `${t(daysBefore === 0 ? 'starts:pointsToday' : 'starts:points', { days, program, at })}${plus}`;
    }
    case 'tier':
    default:
      return tierWords(t, start, { form, delay, plus }, names);
  }
}

function dateWords(t: Words, start: Extract<Start, { type: 'date' }>): string {
  const { field, offsetDays = 0, at = '10:00' } = start;
  const name = field.replace(/^attributes\./, '');
  const place = offsetDays === 0 ? 'On' : 'Of';
  const date =
    field === 'birthday' ? t(`starts:birthday${place}`) : t(`starts:field${place}`, { field: name });
  const days = t('starts:days', { count: Math.abs(offsetDays) });
  const side = offsetDays === 0 ? 'on' : offsetDays < 0 ? 'before' : 'after';
  return t(`starts:date.${side}`, { date, days, at });
}

function tierWords(
  t: Words,
  start: Extract<Start, { type: 'tier' }>,
  { form, delay, plus }: { form: 'when' | 'after'; delay: string; plus: string },
  names: Names,
): string {
  const program = names.program(start.programId);
  const { tierId, on, daysBefore = 7, at = '10:00' } = start;
  const any = on === 'reached' ? 'starts:tierReached' : 'starts:tierLost';
  const tier =
    tierId === undefined ? t(any, { program }) : t('starts:tierNamed', { tier: names.tier(tierId), program });
  if (on !== 'losing') return t(`starts:${form}.${on}`, { delay, tier });
  const days = t('starts:days', { count: daysBefore });
  return `${t(daysBefore === 0 ? 'starts:losingToday' : 'starts:losing', { days, tier, at })}${plus}`;
}

/** Of dates it goes without saying that they come each time. */
function again(t: Words, { start, reentry = { type: 'always' } }: TriggerInput): string {
  if (reentry.type === 'after') return t('starts:again.after', { count: reentry.days });
  if (reentry.type === 'once') return t('starts:again.once');
  return start.type === 'date' || start.type === 'points_expiring' ? '' : t('starts:again.always');
}

function unless(t: Words, trigger: TriggerInput, segmentId: string | null, names: Names): string {
  const { start, stillIn = false, cancelOn = [] } = trigger;
  const list = [
    ...cancelOn.map((one) =>
      one.type === 'order' ? t('starts:meanwhile.order') : t('starts:meanwhile.event', { event: one.name }),
    ),
    ...(stillIn && start.type === 'segment' ? [t(`starts:meanwhile.${start.on}`)] : []),
    ...(stillIn && segmentId !== null
      ? [t('starts:meanwhile.own', { segment: names.segment(segmentId) })]
      : []),
  ];
  return list.length === 0 ? '' : t('starts:not', { list: list.join(t('starts:or')) });
}
