import { sql } from '../core/sql.ts';
import {
  bigint,
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  uniqueIndex,
  uuid,
} from '../core/pg-core.ts';
import { instant } from '../core/columns.ts';

/** A message's form: what it says stands in its versions, one row per version and language. */
export const template = pgTable(
  'template',
  {
    templateId: uuid('template_id').primaryKey(),
    /** Stable name, for example "activation-coupon"; files in templates/ carry it. */
    key: text('key').notNull(),
    name: text('name').notNull(),
    channel: text('channel').notNull().default('email'),
    /** informational | activation */
    purpose: text('purpose').notNull(),
    version: integer('version').notNull(),
    archivedAt: instant('archived_at'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [uniqueIndex('template_key_idx').on(t.key)],
);

/** Immutable: an edit makes a new version; runs name the version they began with. */
export const templateVersion = pgTable(
  'template_version',
  {
    templateId: uuid('template_id').notNull(),
    version: integer('version').notNull(),
    locale: text('locale').notNull(),
    subject: text('subject').notNull(),
    mjml: text('mjml').notNull(),
    text: text('text').notNull(),
    /** What MJML made of it: still a Handlebars source. */
    html: text('html').notNull(),
    sample: jsonb('sample').notNull().default({}),
    /** Variables it names and addresses it links to, found when it was saved. */
    uses: jsonb('uses').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.templateId, t.version, t.locale] })],
);

export const campaign = pgTable(
  'campaign',
  {
    campaignId: uuid('campaign_id').primaryKey(),
    name: text('name').notNull(),
    /**
     * broadcast | triggered | journey-step: a message of a journey | transactional: one for each template whose mails are asked for one
     * by one. The last two are in no list.
     */
    kind: text('kind').notNull().default('broadcast'),
    /** informational | activation */
    purpose: text('purpose').notNull(),
    channel: text('channel').notNull().default('email'),
    /** draft | scheduled | running | paused | finished | cancelled */
    state: text('state').notNull().default('draft'),
    /** Why the system paused it. */
    stateReason: text('state_reason'),
    /** Whom a broadcast goes to; to whom alone a triggered one goes, null: to everybody it happens to. */
    segmentId: uuid('segment_id'),
    /** What starts a triggered one. */
    trigger: jsonb('trigger'),
    templateId: uuid('template_id').notNull(),
    /** What is tried where the first channel does not reach somebody, in order: [{channel, templateId}]. */
    fallback: jsonb('fallback').notNull().default([]),
    couponCampaignId: uuid('coupon_campaign_id'),
    content: jsonb('content').notNull(),
    schedule: jsonb('schedule').notNull(),
    /** When the next run is due; null when none is. */
    nextRunAt: instant('next_run_at'),
    /** The campaign whose messages wait goes first among those of higher priority, then in turn. */
    priority: smallint('priority').notNull().default(0),
    /** planned: when its run plans it | best: at the hour at which the contact is known to read. */
    sendTime: text('send_time').notNull().default('planned'),
    /** What it offers is worth nothing after this; a coupon has its own end. */
    offerUntil: instant('offer_until'),
    conversionDays: integer('conversion_days').notNull().default(7),
    version: integer('version').notNull().default(1),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    launchedAt: instant('launched_at'),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    index('campaign_created_idx').on(t.createdAt, t.campaignId),
    index('campaign_due_idx')
      .on(t.nextRunAt)
      .where(sql`next_run_at is not null`),
    index('campaign_trigger_idx')
      .on(t.campaignId)
      .where(sql`kind = 'triggered' and state = 'running'`),
  ],
);

/** One occurrence of a campaign: the audience of one moment. */
export const campaignRun = pgTable(
  'campaign_run',
  {
    runId: uuid('run_id').primaryKey(),
    campaignId: uuid('campaign_id').notNull(),
    /** The scheduled instant, ISO 8601 UTC: with the campaign it makes the send key. */
    occurrence: text('occurrence').notNull(),
    sendKey: text('send_key').notNull(),
    /** `occurred_at` of all its messages. */
    plannedAt: instant('planned_at').notNull(),
    /** planning | sending | done | cancelled */
    state: text('state').notNull(),
    /** Nothing of it is due before this moment: a run whose messages wait for days is not looked at meanwhile. */
    wakeAt: instant('wake_at').notNull(),
    /** With its version what the first channel's messages say; null: the campaign's, of one whose template never changes. */
    templateId: uuid('template_id'),
    templateVersion: integer('template_version').notNull(),
    /** Contacts the segment held at that moment, with those that got nothing. */
    audience: integer('audience').notNull().default(0),
    createdAt: instant('created_at').notNull(),
    finishedAt: instant('finished_at'),
  },
  (t) => [
    uniqueIndex('campaign_run_occurrence_idx').on(t.campaignId, t.occurrence),
    index('campaign_run_open_idx')
      .on(t.wakeAt, t.campaignId)
      .where(sql`state in ('planning', 'sending')`),
  ],
);

/** Addresses a campaign's messages lead to: a click goes to one of these and nowhere else. */
export const campaignLink = pgTable(
  'campaign_link',
  {
    campaignId: uuid('campaign_id').notNull(),
    linkNo: smallint('link_no').notNull(),
    name: text('name').notNull(),
    url: text('url').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.campaignId, t.linkNo] }),
    uniqueIndex('campaign_link_url_idx').on(t.campaignId, t.url),
  ],
);

/** The guard that a contact gets one message per send key, whatever crashes, is edited or runs twice. */
export const sendGuard = pgTable(
  'send_guard',
  {
    contactId: uuid('contact_id').notNull(),
    sendKey: text('send_key').notNull(),
    messageId: uuid('message_id').notNull(),
    /** Whose it was before a merge; null: the contact's own. */
    originId: uuid('origin_id'),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.sendKey] })],
);

/**
 * The send ledger, partitioned by month of occurred_at (when its run was planned). One row per contact and send key:
 * also for those who get nothing, with the reason.
 */
export const message = pgTable(
  'message',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    id: uuid('id').notNull(),
    campaignId: uuid('campaign_id').notNull(),
    runId: uuid('run_id').notNull(),
    /** planned | retry | sending | sent | failed | unknown | skipped | cancelled */
    state: text('state').notNull(),
    /** Why it was skipped, failed, or is unknown: a stable code. */
    reason: text('reason'),
    /** The provider's own words, cut. */
    detail: text('detail'),
    /** Not before this moment. */
    dueAt: instant('due_at').notNull(),
    /** When it was put off for the first time: quiet hours, a cap, others first, a better hour. */
    deferredAt: instant('deferred_at'),
    /** Claims so far: names the present one, so that a late word about an earlier one is recognised. */
    attempt: smallint('attempt').notNull().default(0),
    /** Attempts the provider has answered with "later". */
    failures: smallint('failures').notNull().default(0),
    /** The worker that took it may hand it off until then; afterwards nobody knows, and a sweeper finds out. */
    leaseUntil: instant('lease_until'),
    channel: text('channel').notNull(),
    provider: text('provider'),
    address: text('address'),
    locale: text('locale'),
    couponCode: text('coupon_code'),
    /** Somebody asked for it: it needs no consent, and goes to the address and in the language asked for. */
    asked: boolean('asked').notNull().default(false),
    /** What its texts say beside what is known of the contact; forgotten once it cannot go again. */
    data: jsonb('data'),
    handedAt: instant('handed_at'),
    deliveredAt: instant('delivered_at'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.occurredAt, t.id] }),
    index('message_campaign_idx').on(t.campaignId, t.state, t.contactId),
    index('message_claim_idx')
      .on(t.runId, t.dueAt)
      .where(sql`state in ('planned', 'retry')`),
    index('message_lease_idx')
      .on(t.leaseUntil)
      .where(sql`state = 'sending'`),
    index('message_unknown_idx')
      .on(t.dueAt)
      .where(sql`state = 'unknown'`),
    index('message_forget_idx')
      .on(t.handedAt)
      .where(sql`state = 'sent' and data is not null and data <> '{}'`),
  ],
);

/** What came back, append-only, partitioned by month of occurred_at. */
export const response = pgTable(
  'response',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    id: uuid('id').notNull(),
    recordedAt: instant('recorded_at').notNull(),
    messageId: uuid('message_id').notNull(),
    campaignId: uuid('campaign_id').notNull(),
    runId: uuid('run_id').notNull(),
    /** delivered | opened | clicked | unsubscribed | complained | converted */
    kind: text('kind').notNull(),
    human: boolean('human').notNull(),
    /** Why it counts as a machine's, or what a conversion is credited for. */
    reason: text('reason'),
    linkNo: smallint('link_no'),
    orderId: uuid('order_id'),
    /** Revenue in minor units of the base currency. */
    amountMinor: bigint('amount_minor', { mode: 'bigint' }),
    userAgent: text('user_agent'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.occurredAt, t.id] }),
    index('response_campaign_idx').on(t.campaignId, t.kind, t.contactId),
  ],
);

/** The guard against the same response twice: a partitioned table cannot hold this uniqueness itself. */
export const responseGuard = pgTable(
  'response_guard',
  {
    contactId: uuid('contact_id').notNull(),
    key: text('key').notNull(),
    responseId: uuid('response_id').notNull(),
    /** Whose it was before a merge; null: the contact's own. */
    originId: uuid('origin_id'),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.key] })],
);

/** When a contact entered a triggered campaign last: what "once" and "not again within n days" go by. */
export const triggerEntry = pgTable(
  'trigger_entry',
  {
    contactId: uuid('contact_id').notNull(),
    campaignId: uuid('campaign_id').notNull(),
    /** Whose it was before a merge. */
    originId: uuid('origin_id').notNull(),
    enteredAt: instant('entered_at').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.campaignId, t.originId] })],
);

/** How far a campaign that goes by dates has looked ahead: whose moment comes by then has a message planned. */
export const triggerScan = pgTable('trigger_scan', {
  campaignId: uuid('campaign_id').primaryKey(),
  until: instant('until').notNull(),
});

/** Transactional messages asked for by API: whether a key was used, and for what. */
export const messageRequest = pgTable(
  'message_request',
  {
    contactId: uuid('contact_id').notNull(),
    key: text('key').notNull(),
    bodyHash: text('body_hash').notNull(),
    messageId: uuid('message_id').notNull(),
    /** `occurred_at` of the message. */
    askedAt: instant('asked_at').notNull(),
    /** Whose it was before a merge; null: the contact's own. */
    originId: uuid('origin_id'),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.key] }),
    index('message_request_message_idx').on(t.messageId),
  ],
);
