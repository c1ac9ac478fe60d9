import { z } from 'zod';
import { trigger } from './triggers/contract.ts';
import { SUGGESTION_KINDS } from './recommend/contract.ts';
import { channelName, fallbackStep, MAX_FALLBACK } from './contract.channel.ts';

const MAX_NAME = 200;
const MAX_LINKS = 20;
const MAX_PRODUCTS = 12;
const MAX_URL = 2_000;

const storable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
const plain = (max: number) => z.string().max(max).refine(storable, 'has characters that cannot be stored');
const name = plain(MAX_NAME).trim().min(1);
const id = z.uuid();
const instant = z.iso.datetime();
const minor = z.number().int();
const webUrl = z.url({ protocol: /^https?$/ }).max(MAX_URL);

export const PURPOSES = ['informational', 'activation'] as const;
const purpose = z.enum(PURPOSES);
export type Purpose = z.output<typeof purpose>;

const CAMPAIGN_STATES = ['draft', 'scheduled', 'running', 'paused', 'finished', 'cancelled'] as const;
const campaignState = z.enum(CAMPAIGN_STATES);
export type CampaignState = z.output<typeof campaignState>;

export const MESSAGE_STATES = [
  'planned',
  'retry',
  'sending',
  'sent',
  'failed',
  'unknown',
  'skipped',
  'cancelled',
] as const;
const messageState = z.enum(MESSAGE_STATES);
export type MessageState = z.output<typeof messageState>;

const RESPONSE_KINDS = ['delivered', 'opened', 'clicked', 'unsubscribed', 'complained', 'converted'] as const;
const responseKind = z.enum(RESPONSE_KINDS);
export type ResponseKind = z.output<typeof responseKind>;

/** When it runs: at launch, at an instant, by an RFC 5545 rule on the wall clock of a zone, or whenever its trigger says. */
export const schedule = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('now') }),
    z.object({ type: z.literal('trigger') }),
    z.object({ type: z.literal('at'), at: instant }),
    z.object({
      type: z.literal('rrule'),
      /** "FREQ=WEEKLY;BYDAY=MO": the rule's own line without DTSTART. */
      rule: plain(500).trim().min(1),
      timeZone: z.string().max(64),
      /** Wall time of the first occurrence and the clock time of the others, "2026-11-23T10:00:00". */
      start: z.iso
        .datetime({ local: true, offset: false })
        .refine((text) => !text.endsWith('Z'), 'a wall time has no Z'),
    }),
  ])
  .meta({ id: 'CampaignSchedule' });
export type Schedule = z.output<typeof schedule>;

/** What the template's variables say in this campaign. */
const content = z
  .object({
    /** Instead of the template's subject; the same variables may stand in it. */
    subject: plain(500).optional(),
    headline: plain(300).optional(),
    intro: plain(5_000).optional(),
    /** Named addresses for the template's links; "main" is the button. */
    links: z
      .record(z.string().regex(/^[a-z][A-Za-z0-9]{0,39}$/), webUrl)
      .refine((links) => Object.keys(links).length <= MAX_LINKS, `at most ${MAX_LINKS} links`)
      .default({}),
    productIds: z.array(id).max(MAX_PRODUCTS).default([]),
    /** Language for those whose own the template does not have. */
    locale: z.string().max(20).optional(),
  })
  .meta({ id: 'CampaignContent' });
export type Content = z.output<typeof content>;
export const contentShape = content;

const sendTime = z.enum(['planned', 'best']);

const campaignFields = {
  name,
  purpose,
  /** Whom it goes to; of a triggered one who alone may enter, null: everybody. */
  segmentId: id.nullish(),
  /** What starts it, with the schedule `trigger` alone. */
  trigger: trigger.nullish(),
  /** Its channel is the campaign's. */
  templateId: id,
  /** Templates of other channels, tried in this order where the first does not reach somebody. */
  fallbackTemplateIds: z.array(id).max(MAX_FALLBACK).default([]),
  couponCampaignId: id.nullish(),
  content: content.prefault({}),
  schedule,
  priority: z.number().int().min(-100).max(100).default(0),
  /** Days after a human response in which an order counts as its conversion. */
  conversionDays: z.number().int().min(0).max(90).default(7),
  /** best: each contact gets it at the hour of day at which it is known to read. */
  sendTime: sendTime.default('planned'),
  /** What it offers is worth nothing after this: who has not got it by then gets nothing. */
  offerUntil: instant.nullish(),
};

export const campaignInput = z
  .object(campaignFields)
  .superRefine(({ schedule: { type }, segmentId, trigger: given }, ctx) => {
    const missing = (path: string, message: string) =>
      ctx.addIssue({ code: 'custom', path: [path], message });
    if (type === 'trigger' && !given) missing('trigger', 'say what starts it');
    if (type !== 'trigger' && given) missing('trigger', 'goes with the schedule "trigger" alone');
    if (type !== 'trigger' && !segmentId) missing('segmentId', 'choose a segment');
  })
  .meta({ id: 'CampaignInput' });
export type CampaignInput = z.output<typeof campaignInput>;

export const campaignPatch = z
  .object({
    name: campaignFields.name.optional(),
    purpose: purpose.optional(),
    segmentId: id.nullish(),
    trigger: trigger.nullish(),
    templateId: id.optional(),
    fallbackTemplateIds: z.array(id).max(MAX_FALLBACK).optional(),
    couponCampaignId: id.nullish(),
    content: content.optional(),
    schedule: schedule.optional(),
    priority: z.number().int().min(-100).max(100).optional(),
    conversionDays: z.number().int().min(0).max(90).optional(),
    sendTime: sendTime.optional(),
    offerUntil: instant.nullish(),
  })
  .meta({ id: 'CampaignPatch' });
export type CampaignPatch = z.output<typeof campaignPatch>;

export const campaignAnswer = z
  .object({
    id,
    name: z.string(),
    kind: z.enum(['broadcast', 'triggered']),
    purpose,
    channel: channelName,
    fallback: z.array(fallbackStep),
    state: campaignState,
    stateReason: z.string().nullable(),
    segmentId: id.nullable(),
    trigger: trigger.nullable(),
    templateId: id,
    couponCampaignId: id.nullable(),
    content,
    schedule,
    nextRunAt: instant.nullable(),
    /** The next moments it runs at, at most five. */
    upcoming: z.array(instant),
    priority: z.number().int(),
    conversionDays: z.number().int(),
    sendTime,
    offerUntil: instant.nullable(),
    createdAt: instant,
    updatedAt: instant,
    launchedAt: instant.nullable(),
    finishedAt: instant.nullable(),
  })
  .meta({ id: 'Campaign' });
export type CampaignView = z.output<typeof campaignAnswer>;

const counts = z.record(messageState, z.number().int());
export type MessageCounts = z.output<typeof counts>;

export const campaignList = z.object({
  items: z.array(campaignAnswer.extend({ counts })),
  nextCursor: z.string().nullable(),
});

export const audienceAnswer = z
  .object({
    /** Contacts the segment holds now. */
    audience: z.number().int(),
    /** Those who would get a message. */
    reachable: z.number().int(),
    base: z.number().int(),
    skipped: z.array(z.object({ reason: z.string(), count: z.number().int() })),
  })
  .meta({ id: 'CampaignAudience' });
export type AudienceView = z.output<typeof audienceAnswer>;

const tally = z.object({
  /** Messages with at least one such response by a human. */
  human: z.number().int(),
  /** Messages that only machines have touched so. */
  machineOnly: z.number().int(),
  humanTotal: z.number().int(),
  machineTotal: z.number().int(),
});

export const reportAnswer = z
  .object({
    campaignId: id,
    state: campaignState,
    audience: z.number().int(),
    counts,
    /** Messages by the channel they went by, or were last tried on. */
    channels: z.array(z.object({ channel: channelName, counts })),
    skipped: z.array(z.object({ reason: z.string(), count: z.number().int() })),
    failed: z.array(z.object({ reason: z.string(), count: z.number().int() })),
    delivered: z.number().int(),
    opens: tally,
    clicks: tally,
    machineReasons: z.array(z.object({ reason: z.string(), count: z.number().int() })),
    links: z.array(
      z.object({
        linkNo: z.number().int(),
        name: z.string(),
        url: z.string(),
        humanClicks: z.number().int(),
      }),
    ),
    unsubscribes: z.number().int(),
    conversions: z.number().int(),
    /** Of those, orders that carried the campaign's coupon. */
    couponConversions: z.number().int(),
    revenueMinor: minor,
    currency: z.string(),
    coupons: z.object({
      issued: z.number().int(),
      held: z.number().int(),
      used: z.number().int(),
      expired: z.number().int(),
      void: z.number().int(),
    }),
    /** How many there are; `runs` has the newest. */
    runCount: z.number().int(),
    runs: z.array(
      z.object({
        id,
        occurrence: z.string(),
        state: z.string(),
        audience: z.number().int(),
        plannedAt: instant,
        finishedAt: instant.nullable(),
      }),
    ),
  })
  .meta({ id: 'CampaignReport' });
export type ReportView = z.output<typeof reportAnswer>;

/** GET /api/campaigns/:id/over-time: hand-offs, messages first opened and clicked by a human, and conversions, by step. */
export const overTimeAnswer = z
  .object({
    step: z.enum(['minute', 'hour', 'day']),
    timeZone: z.string(),
    points: z.array(
      z.object({
        /** Where the step begins. */
        at: instant,
        sent: z.number().int(),
        opened: z.number().int(),
        clicked: z.number().int(),
        converted: z.number().int(),
      }),
    ),
  })
  .meta({ id: 'CampaignOverTime' });
export type OverTimeView = z.output<typeof overTimeAnswer>;

export const messageQuery = z.object({
  state: messageState.optional(),
  reason: z.string().max(100).optional(),
  /** Only those with a response of this kind; with `human=true`, by a human. */
  response: responseKind.optional(),
  human: z.enum(['true', 'false']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export type MessageQuery = z.output<typeof messageQuery>;

export const messageAnswer = z
  .object({
    id,
    contactId: id,
    contactName: z.string(),
    address: z.string().nullable(),
    state: messageState,
    reason: z.string().nullable(),
    detail: z.string().nullable(),
    attempt: z.number().int(),
    channel: channelName,
    provider: z.string().nullable(),
    couponCode: z.string().nullable(),
    plannedAt: instant,
    dueAt: instant,
    handedAt: instant.nullable(),
    deliveredAt: instant.nullable(),
  })
  .meta({ id: 'Message' });
export type MessageView = z.output<typeof messageAnswer>;

export const messageList = z.object({ items: z.array(messageAnswer), nextCursor: z.string().nullable() });

/** `channel`: one of the campaign's; the first when not said. */
export const previewInput = z.object({ contactId: id.optional(), channel: channelName.optional() });
export const previewAnswer = z
  .object({
    to: z.string().nullable(),
    channel: channelName,
    locale: z.string(),
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    /** Of an SMS: what it takes; `cost` is a decimal in the currency, null where no price is set. */
    sms: z
      .object({
        encoding: z.enum(['gsm7', 'ucs2']),
        length: z.number().int(),
        parts: z.number().int(),
        left: z.number().int(),
        foreign: z.array(z.string()),
        cost: z.string().nullable(),
        currency: z.string(),
      })
      .nullable(),
    /** Of a contact's preview: products it is shown and why (`kind` as in ContactRecommendations). */
    suggested: z.array(
      z.object({ name: z.string(), kind: z.enum(SUGGESTION_KINDS), because: z.string().nullable() }),
    ),
  })
  .meta({ id: 'MessagePreview' });
export type PreviewView = z.output<typeof previewAnswer>;

export const outboxQuery = z.object({
  campaignId: id.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});

export const outboxList = z.object({
  items: z.array(
    z.object({
      messageId: id,
      contactId: id,
      campaignId: id,
      campaignName: z.string(),
      channel: channelName,
      to: z.string(),
      handedAt: instant,
    }),
  ),
  nextCursor: z.string().nullable(),
});
export type OutboxPage = z.output<typeof outboxList>;

export const outboxMailAnswer = z
  .object({
    id,
    contactId: id,
    campaignId: id,
    channel: channelName,
    from: z.string(),
    to: z.string(),
    subject: z.string(),
    html: z.string(),
    text: z.string(),
    headers: z.record(z.string(), z.string()),
  })
  .meta({ id: 'OutboxMail' });
export type StoredMail = z.output<typeof outboxMailAnswer>;

export const senderInput = z
  .object({
    /** Who the mail is from, as people know them. */
    name: plain(MAX_NAME).trim().min(1),
    /** Postal address in the footer; mail laws ask for one. */
    address: plain(500).trim().nullish(),
    url: webUrl,
    logoUrl: webUrl.nullish(),
  })
  .meta({ id: 'Sender' });
export type Sender = z.output<typeof senderInput>;

/** What `response.recorded` and `response.reclassified` tell. */
export const responseEvent = z.object({
  id,
  contactId: id,
  messageId: id,
  campaignId: id,
  kind: responseKind,
  human: z.boolean(),
  reason: z.string().nullable(),
  occurredAt: instant,
});
export type ResponseEvent = z.output<typeof responseEvent>;
