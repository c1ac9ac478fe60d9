import type { TFunction } from 'i18next';
import { moneyText, numberText, percentText } from '../../../lib/format.ts';
import type { Condition, Happening, JourneyDefinition, JourneyNode, NodeOf, Span } from './definition.ts';
import { nodeOf } from './definition.ts';

/** What the steps of a journey do, in the reader's words. Pure: names of what they refer to are given. */

type T = TFunction<'journeys'>;

export type Names = Record<'segment' | 'template' | 'program' | 'coupon', (id: string) => string | undefined>;

export type Told = { t: T; names: Names; currency: string; locale: string; definition: JourneyDefinition };

const spanWords = ({ amount, unit }: Span, t: T): string => t(`span.${unit}`, { count: amount });

/** The name given to a step, or what its kind is called. */
export const titleOf = (node: JourneyNode, t: T): string =>
  node.name.trim() === '' ? t(`kinds.${node.type}`) : node.name;

const quoted = (name: string | undefined, t: T): string =>
  name === undefined ? t('words.unknown') : t('words.quoted', { name });

function messageName(id: string | null, { definition, t }: Told): string {
  const node = id === null ? undefined : nodeOf(definition, id);
  return node === undefined ? t('words.noMessage') : t('words.quoted', { name: titleOf(node, t) });
}

function happeningWords(event: Happening, told: Told): string {
  const { t, currency, locale } = told;
  if (event.type === 'event')
    return event.name.trim() === ''
      ? t('words.noEvent')
      : t(event.where.length === 0 ? 'words.event' : 'words.eventWhere', { name: event.name });
  if (event.type === 'order')
    return event.minTotalMinor === 0
      ? t('words.order')
      : t('words.orderFrom', { sum: moneyText(event.minTotalMinor, currency, locale) });
  return t(`words.response.${event.did}`, { name: messageName(event.node, told) });
}

function conditionWords(when: Condition, told: Told): string {
  const { t } = told;
  if (when.type === 'rule') return when.rule === null ? t('words.noRule') : t('words.rule');
  const did = t(`words.response.${when.did}`, { name: messageName(when.node, told) });
  return when.withinHours === undefined
    ? did
    : `${did} ${t('words.within', { span: spanWords({ amount: when.withinHours, unit: 'hours' }, t) })}`;
}

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const WORKDAYS = '1,2,3,4,5';

export function dayWord(day: number, locale: string): string {
  // 1 January 2024 was a Monday.
  const at = new Date(Date.UTC(2024, 0, day));
  return new Intl.DateTimeFormat(locale, { weekday: 'short', timeZone: 'UTC' }).format(at);
}

function untilWords({ at, weekdays }: NodeOf<'wait-until'>, { t, locale }: Told): string {
  const days = DAYS.filter((day) => weekdays.includes(day));
  if (days.length === 0 || days.length === DAYS.length) return t('words.untilTime', { at });
  if (days.join(',') === WORKDAYS) return t('words.untilWorkday', { at });
  return t('words.untilDays', { at, days: days.map((day) => dayWord(day, locale)).join(', ') });
}

function giftWords({ give, most }: NodeOf<'incentive'>, { t, names, locale }: Told): string {
  const what =
    give.type === 'points'
      ? give.programId === null
        ? t('words.noProgram', { count: give.points })
        : t('words.points', { count: give.points, name: quoted(names.program(give.programId), t) })
      : give.couponCampaignId === null
        ? t('words.noCoupon')
        : t('words.coupon', { name: quoted(names.coupon(give.couponCampaignId), t) });
  return most === null ? what : `${what}, ${t('words.most', { shown: numberText(most, locale) })}`;
}

function changeWords({ set, addTags, removeTags }: NodeOf<'update'>, t: T): string {
  const parts = [
    ...set.map(({ key, value }) =>
      value === null ? t('words.clear', { key }) : `${key} = ${String(value)}`,
    ),
    ...addTags.map((tag) => `+${tag}`),
    ...removeTags.map((tag) => `−${tag}`),
  ];
  return parts.length === 0 ? t('words.noChange') : parts.join(', ');
}

function mailWords({ templateId, couponCampaignId, channel }: NodeOf<'message'>, told: Told): string {
  const { t, names } = told;
  if (templateId === null) return t('words.noTemplate');
  const said = t('words.mail', {
    channel: t(`channels.${channel}`),
    name: quoted(names.template(templateId), t),
  });
  return couponCampaignId === null ? said : `${said} ${t('words.withCoupon')}`;
}

const armName = (name: string, index: number, t: T): string =>
  name.trim() === '' ? t('words.way', { number: index + 1 }) : name;

/** What a step does. */
export function nodeWords(node: JourneyNode, told: Told): string {
  const { t, locale } = told;
  switch (node.type) {
    case 'wait':
      return t('words.wait', { span: spanWords(node.for, t) });
    case 'wait-until':
      return untilWords(node, told);
    case 'wait-event':
      return t('words.waitEvent', {
        what: happeningWords(node.event, told),
        span: spanWords(node.timeout, t),
      });
    case 'branch':
      return node.arms.map(({ name, when }) => name.trim() || conditionWords(when, told)).join(' · ');
    case 'split':
      return node.arms
        .map(({ name, percent }, index) => `${armName(name, index, t)} ${percentText(percent, locale)}`)
        .join(' · ');
    case 'message':
      return mailWords(node, told);
    case 'incentive':
      return giftWords(node, told);
    case 'update':
      return changeWords(node, t);
    case 'tell':
      return node.event.trim() === '' ? t('words.noEvent') : t('words.tell', { name: node.event });
    case 'goal':
      return node.when.type === 'happening'
        ? happeningWords(node.when.event, told)
        : node.when.rule === null
          ? t('words.noRule')
          : t('words.rule');
    case 'exit':
    default:
      return t('words.exit');
  }
}

/** How people get in. */
export function entryWords({ trigger, filterSegmentId }: JourneyDefinition['entry'], told: Told): string {
  const { t, names, currency, locale } = told;
  const segment = (id: string | null): string =>
    id === null ? t('words.noSegment') : quoted(names.segment(id), t);
  const way = (): string => {
    switch (trigger.type) {
      case 'segment':
        return t(`words.segment.${trigger.on}`, { name: segment(trigger.segmentId) });
      case 'audience':
        return t('words.audience', { name: segment(trigger.segmentId) });
      case 'event':
        return happeningWords(trigger, told);
      case 'order':
        return trigger.minTotalMinor === 0
          ? t('words.order')
          : t('words.orderFrom', { sum: moneyText(trigger.minTotalMinor, currency, locale) });
      case 'api':
      default:
        return t('words.api');
    }
  };
  return filterSegmentId === null
    ? way()
    : `${way()}; ${t('words.filter', { name: segment(filterSegmentId) })}`;
}

/** What an exit is called; nothing where there is only one. */
export function exitWords(
  node: JourneyNode | undefined,
  exit: string,
  { t, locale }: Pick<Told, 't' | 'locale'>,
): string {
  if (node === undefined || exit === 'next') return '';
  if (node.type === 'split') {
    const index = node.arms.findIndex(({ id }) => id === exit);
    const arm = node.arms[index];
    return arm === undefined ? exit : `${armName(arm.name, index, t)} ${percentText(arm.percent, locale)}`;
  }
  if (node.type === 'branch' && exit !== 'else') {
    const index = node.arms.findIndex(({ id }) => id === exit);
    const arm = node.arms[index];
    if (arm === undefined) return exit;
    return node.arms.length === 1 && arm.name.trim() === '' ? t('exits.yes') : armName(arm.name, index, t);
  }
  if (node.type === 'branch')
    return node.arms.length === 1 && node.arms[0]?.name.trim() === '' ? t('exits.no') : t('exits.else');
  return EXITS.has(exit) ? t(`exits.${exit as 'sent'}`) : exit;
}

const EXITS: ReadonlySet<string> = new Set(['happened', 'timeout', 'sent', 'failed', 'given', 'refused']);
