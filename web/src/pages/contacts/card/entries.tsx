import type { Icon } from '@tabler/icons-react';
import {
  IconActivity,
  IconAffiliate,
  IconChecklist,
  IconCoins,
  IconFlame,
  IconGift,
  IconHistory,
  IconMail,
  IconMessageReply,
  IconNote,
  IconPhone,
  IconReceiptRefund,
  IconShieldCheck,
  IconShoppingBag,
  IconStairsUp,
  IconTicket,
  IconUserStar,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TimelineEntry } from '../../../api/contacts.ts';
import type work from '../../../i18n/en/work.ts';
import { locale } from '../../../i18n/index.ts';
import { dateTimeText } from '../../../lib/format.ts';
import { textOf } from '../../../lib/textOf.ts';
import { useReasonWords } from '../../campaigns/words.ts';
import { useEventWords } from './entries.event.tsx';
import { useLoyaltyWords } from './entries.loyalty.tsx';
import { useOrderWords } from './entries.order.tsx';
import { isRecord, isShown, text } from './values.ts';

/** Kinds one can filter by, in the order of how often people look for them. */
export const KINDS = [
  'note',
  'task',
  'call',
  'order',
  'return',
  'event',
  'message',
  'response',
  'coupon',
  'points',
  'reward',
  'tier',
  'segment',
  'change',
  'consent',
] as const;

type Look = { Icon: Icon; tone?: 'good' | 'hot' };

const LOOKS: Record<string, Look> = {
  note: { Icon: IconNote },
  task: { Icon: IconChecklist },
  call: { Icon: IconPhone },
  order: { Icon: IconShoppingBag, tone: 'good' },
  return: { Icon: IconReceiptRefund },
  event: { Icon: IconActivity },
  message: { Icon: IconMail },
  response: { Icon: IconMessageReply, tone: 'hot' },
  score: { Icon: IconFlame, tone: 'hot' },
  coupon: { Icon: IconTicket, tone: 'good' },
  points: { Icon: IconCoins },
  sale: { Icon: IconShoppingBag },
  reward: { Icon: IconGift, tone: 'good' },
  tier: { Icon: IconStairsUp, tone: 'good' },
  personCategory: { Icon: IconUserStar },
  consent: { Icon: IconShieldCheck },
  segment: { Icon: IconAffiliate },
};

export const lookOf = ({ kind }: TimelineEntry): Look => LOOKS[kind] ?? { Icon: IconHistory };

export type Words = { title: ReactNode; body?: ReactNode };
export type Data = Record<string, unknown>;

/** A small bag of values as "name: value" pairs; what is empty or nested stays out. */
function pairs(data: Data): string {
  const shown = Object.entries(data).filter(([, value]) => isShown(value));
  return shown.map(([key, value]) => `${key}: ${String(value)}`).join(' · ');
}

/** Changed fields as pairs, from `{ key: value }` or a list of `{ key, value }`. */
function changesOf(changes: unknown): [string, unknown][] {
  if (isRecord(changes)) return Object.entries(changes);
  if (!Array.isArray(changes)) return [];
  return changes.filter(isRecord).map((change) => [textOf(change['key']), change['value']]);
}

/** How an entry reads, by its kind; a kind nobody has told us of shows what it carries. */
export function useEntryWords(): (entry: TimelineEntry) => Words {
  const { t, i18n } = useTranslation(['contacts', 'work']);

  const order = useOrderWords();
  const event = useEventWords();
  const loyalty = useLoyaltyWords();
  const reasonWords = useReasonWords();

  const known = (prefix: string, value: unknown): string => {
    const word = text(value) ?? '';
    return i18n.exists(`${prefix}.${word}`, { ns: 'contacts' })
      ? t(`contacts:${prefix}.${word}` as 'contacts:title')
      : word;
  };

  const readers: Record<string, (data: Data) => Words> = {
    note: (data) => ({
      title: text(data['authorName']) ?? t('contacts:compose.note'),
      body: text(data['body']),
    }),
    task: (data) => ({
      title: text(data['title']),
      body: [
        text(data['dueAt']) === undefined
          ? undefined
          : `${t('work:tasks.due')} ${dateTimeText(String(data['dueAt']), locale())}`,
        text(data['result']),
      ]
        .filter(Boolean)
        .join(' · '),
    }),
    call: (data) => ({
      title: `${t(`work:calls.directions.${data['direction'] === 'in' ? 'in' : 'out'}`)}: ${t(
        `work:calls.outcomes.${String(data['outcome']) as keyof typeof work.calls.outcomes}`,
      )}`,
      body: [text(data['note']), text(data['userName'])].filter(Boolean).join(' · '),
    }),
    order: (data) => order(data, 'order'),
    return: (data) => order(data, 'return'),
    event,
    ...loyalty,
    coupon: (data) => ({
      title: t('contacts:timeline.coupon', { code: text(data['code']) ?? '' }),
      body: [text(data['name']), known('timeline.couponState', data['state'])].filter(Boolean).join(' · '),
    }),
    message: (data) => ({
      title: text(data['campaignName']),
      body: [
        known('timeline.messageState', data['state']),
        text(data['reason']) === undefined ? undefined : reasonWords(textOf(data['reason'])),
        text(data['couponCode']),
      ]
        .filter(Boolean)
        .join(' · '),
    }),
    response: (data) => ({
      title: known('timeline.responseKind', data['response']),
      body: [
        text(data['campaignName']),
        text(data['link']),
        data['human'] === false ? t('contacts:timeline.machine') : undefined,
      ]
        .filter(Boolean)
        .join(' · '),
    }),
    consent: (data) => ({
      title: `${known('timeline.purpose', data['purpose'])} · ${known('timeline.channel', data['channel'])}`,
      body: [
        data['granted'] === true ? t('contacts:card.granted') : t('contacts:card.withdrawn'),
        text(data['text']),
      ]
        .filter(Boolean)
        .join(' · '),
    }),
    segment: (data) => ({
      title: t(`contacts:timeline.${data['direction'] === 'left' ? 'left' : 'entered'}`, {
        name: text(data['name']) ?? '',
      }),
      body: known('timeline.cause', data['cause']),
    }),
    change: (data) => ({
      title: t('contacts:timeline.changed'),
      body: changesOf(data['changes'])
        .map(([key, value]) => `${known('field', key)}: ${value === null ? '—' : textOf(value)}`)
        .join(' · '),
    }),
  };

  return ({ kind, data }) => {
    const { title, body } = readers[kind]?.(data) ?? { title: kind, body: pairs(data) };
    return { title, body: body === '' ? undefined : body };
  };
}
