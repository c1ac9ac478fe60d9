import type { CampaignInput, CampaignView } from '../../../api/campaigns.ts';
import { emptyTrigger, triggerDraftOf, triggerInputOf } from '../start/model.ts';
import type { TriggerDraft } from '../start/model.ts';
import { fromLocalInput, inDays, toLocalInput } from '../../../lib/localTime.ts';

/** The campaign as the wizard holds it; texts that are empty are left to the template. */
export type Draft = {
  name: string;
  purpose: 'informational' | 'activation';
  segmentId: string | null;
  templateId: string | null;
  /** Templates of other channels, tried in this order. */
  fallbackTemplateIds: string[];
  couponCampaignId: string | null;
  subject: string;
  headline: string;
  intro: string;
  links: Record<string, string>;
  productIds: string[];
  locale: string | undefined;
  when: 'now' | 'at' | 'rrule' | 'trigger';
  /** Local time of the reader, for `at`. */
  at: string;
  every: Every;
  days: string[];
  start: string;
  timeZone: string;
  conversionDays: number;
  /** Counts with `when: 'trigger'` alone. */
  trigger: TriggerDraft;
  bestTime: boolean;
  priority: number;
  /** Local time of the reader; empty: the offer stays good. */
  offerUntil: string;
};

export const EVERY = ['DAILY', 'WEEKLY', 'MONTHLY'] as const;
export type Every = (typeof EVERY)[number];
export const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU'] as const;

export const emptyDraft = (segmentId: string | null | undefined, timeZone: string): Draft => ({
  name: '',
  purpose: 'informational',
  segmentId: segmentId ?? null,
  templateId: null,
  fallbackTemplateIds: [],
  couponCampaignId: null,
  subject: '',
  headline: '',
  intro: '',
  links: {},
  productIds: [],
  locale: undefined,
  when: 'now',
  at: toLocalInput(inDays(1)),
  every: 'WEEKLY',
  days: ['MO'],
  start: toLocalInput(inDays(1)),
  timeZone,
  conversionDays: 7,
  trigger: emptyTrigger(),
  bestTime: false,
  priority: 0,
  offerUntil: '',
});

export function draftOf(campaign: CampaignView, timeZone: string): Draft {
  const { content, schedule } = campaign;
  const base = emptyDraft(campaign.segmentId, timeZone);
  return {
    ...base,
    name: campaign.name,
    purpose: campaign.purpose,
    templateId: campaign.templateId,
    fallbackTemplateIds: campaign.fallback.map((step) => step.templateId),
    couponCampaignId: campaign.couponCampaignId,
    subject: content.subject ?? '',
    headline: content.headline ?? '',
    intro: content.intro ?? '',
    links: content.links,
    productIds: content.productIds,
    locale: content.locale,
    conversionDays: campaign.conversionDays,
    bestTime: campaign.sendTime === 'best',
    priority: campaign.priority,
    offerUntil: campaign.offerUntil === null ? '' : toLocalInput(new Date(campaign.offerUntil)),
    ...(campaign.trigger === null ? {} : { trigger: triggerDraftOf(campaign.trigger) }),
    when: schedule.type,
    ...(schedule.type === 'at' ? { at: toLocalInput(new Date(schedule.at)) } : {}),
    ...(schedule.type === 'rrule'
      ? { ...partsOf(schedule.rule), start: schedule.start.slice(0, 16), timeZone: schedule.timeZone }
      : {}),
  };
}

/** The part of a rule the wizard offers; anything finer is kept by editing through the API. */
function partsOf(rule: string): Pick<Draft, 'every' | 'days'> {
  const every = EVERY.find((one) => rule.includes(`FREQ=${one}`)) ?? 'WEEKLY';
  const days = /BYDAY=([A-Z,]+)/.exec(rule)?.[1]?.split(',') ?? [];
  return { every, days };
}

const ruleOf = ({ every, days }: Draft): string =>
  every === 'WEEKLY' && days.length > 0 ? `FREQ=WEEKLY;BYDAY=${days.join(',')}` : `FREQ=${every}`;

const filled = <K extends string>(key: K, text: string): Partial<Record<K, string>> =>
  text.trim() === '' ? {} : ({ [key]: text.trim() } as Partial<Record<K, string>>);

/** What the API takes; the caller has seen that the template, and a segment or a start, are chosen. */
export function inputOf(draft: Draft & { templateId: string }): CampaignInput {
  return {
    name: draft.name.trim(),
    purpose: draft.purpose,
    segmentId: draft.segmentId,
    templateId: draft.templateId,
    fallbackTemplateIds: draft.fallbackTemplateIds,
    couponCampaignId: draft.couponCampaignId,
    content: {
      ...filled('subject', draft.subject),
      ...filled('headline', draft.headline),
      ...filled('intro', draft.intro),
      links: Object.fromEntries(Object.entries(draft.links).filter(([, url]) => url.trim() !== '')),
      productIds: draft.productIds,
      ...(draft.locale === undefined ? {} : { locale: draft.locale }),
    },
    schedule:
      draft.when === 'now' || draft.when === 'trigger'
        ? { type: draft.when }
        : draft.when === 'at'
          ? { type: 'at', at: fromLocalInput(draft.at) }
          : { type: 'rrule', rule: ruleOf(draft), timeZone: draft.timeZone, start: `${draft.start}:00` },
    trigger: draft.when === 'trigger' ? triggerInputOf(draft.trigger) : null,
    conversionDays: draft.conversionDays,
    priority: draft.priority,
    sendTime: draft.bestTime ? 'best' : 'planned',
    offerUntil: draft.offerUntil === '' ? null : fromLocalInput(draft.offerUntil),
  };
}
