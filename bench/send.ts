import { sql } from '../src/core/sql.ts';
import { createTransport } from 'nodemailer';
import { sendDue } from '../src/campaigns/actions.loop.ts';
import { planRuns } from '../src/campaigns/actions.run.ts';
import { frameOf } from '../src/campaigns/actions.frame.ts';
import type { Channel } from '../src/campaigns/channels/contract.ts';
import { openOutbox } from '../src/campaigns/channels/outbox.ts';
import { openSmtp } from '../src/campaigns/channels/smtp.ts';
import { renderMessage } from '../src/campaigns/frame.ts';
import { linksFor } from '../src/campaigns/links.ts';
import { findCampaign } from '../src/campaigns/store.campaigns.ts';
import { claimMessages, settleMessages } from '../src/campaigns/store.ledger.ts';
import type { RunKey } from '../src/campaigns/store.ledger.ts';
import type { Ctx } from '../src/core/ctx.ts';
import { dateOf, row } from '../src/core/db.ts';
import { secretOf } from '../src/core/sign.ts';
import {
  couponCampaign,
  launchTo,
  openInstallation,
  putContacts,
  shippedTemplate,
  smallTemplate,
} from './lib/campaigns.ts';
import { fairness } from './lib/fairness.ts';
import { discard, newDataDir } from './lib/product.ts';
import { startSink } from './lib/smtp-sink.ts';
import type { Bench } from './main.ts';

const AUDIENCE = 1_000_000;
const MESSAGES = 30_000;
const SMTP_MESSAGES = 6_000;
const CONNECTIONS = 6;

const never = new AbortController().signal;
const secondsSince = (startMs: number): number => (performance.now() - startMs) / 1_000;

export const run: Bench = async (emit, note) => {
  note(
    'in process; embedded PostgreSQL with the settings of every installation (fsync and synchronous_commit on)',
  );
  const dataDir = await newDataDir();
  const { ctx, close } = await openInstallation(dataDir);
  try {
    await audience(ctx, emit, note);
    await outbox(ctx, dataDir, emit, note);
    await smtp(ctx, emit, note);
    await fairness(ctx, dataDir, AUDIENCE + 2 * MESSAGES + SMTP_MESSAGES + 1, emit, note);
  } finally {
    await close();
    await discard(dataDir);
  }
};

type Emit = Parameters<Bench>[0];
type Note = Parameters<Bench>[1];

/** A segment of a million becomes ledger rows; beside it, the same rows without any decision. */
async function audience(ctx: Ctx, emit: Emit, note: Note): Promise<void> {
  await putContacts(ctx, 'million', 1, AUDIENCE);
  await ctx.db.execute(sql`analyze contact, consent`);
  await launchTo(ctx, 'million', { templateId: await shippedTemplate(ctx, 'newsletter') });
  const startMs = performance.now();
  await planRuns(ctx, never);
  const seconds = secondsSince(startMs);
  const bareMs = performance.now();
  await ctx.db.execute(sql`create table bare_guard (like send_guard including indexes)`);
  await ctx.db.execute(sql`create table bare_message (like message including indexes)`);
  await ctx.db.execute(sql`insert into bare_guard select * from send_guard`);
  await ctx.db.execute(sql`insert into bare_message select * from message`);
  const bare = secondsSince(bareMs);
  await ctx.db.execute(sql`drop table bare_guard, bare_message`);
  note(`audience: the limit is copying the same ${AUDIENCE} rows into tables with the same indexes`);
  emit({ metric: 'audience_1m_s', value: seconds, unit: 's', limit: bare, ratio: seconds / bare });
  await ctx.db.execute(sql`update campaign set state = 'paused'`);
}

/** The shipped mail with a personal coupon into the local outbox; beside it, rendering alone and the ledger alone. */
async function outbox(ctx: Ctx, dataDir: string, emit: Emit, note: Note): Promise<void> {
  await putContacts(ctx, 'outbox', AUDIENCE + 1, AUDIENCE + MESSAGES);
  await putContacts(ctx, 'claims', AUDIENCE + MESSAGES + 1, AUDIENCE + 2 * MESSAGES);
  const templateId = await shippedTemplate(ctx, 'activation-coupon');
  const campaignId = await launchTo(ctx, 'outbox', {
    templateId,
    couponCampaignId: await couponCampaign(ctx),
  });
  const planMs = performance.now();
  await planRuns(ctx, never);
  const planned = secondsSince(planMs);
  note(`a group that no statistics know yet is planned in ${planned.toFixed(1)} s (${MESSAGES} messages)`);
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  await sendDue(ctx, openOutbox(dataDir), never);
  const rate = MESSAGES / secondsSince(startMs);
  const used = process.cpuUsage(cpu);
  const perMessage = (used.user + used.system) / MESSAGES;
  await mustBeSent(ctx, campaignId, MESSAGES);
  const renderOnly = await renderRate(ctx, campaignId);
  const claimOnly = await claimRate(ctx);
  note(
    `messages: ${MESSAGES} of the shipped template with a coupon each, one process, ${Math.round(perMessage)} µs of its CPU each`,
  );
  note(
    `render-only ${Math.round(renderOnly)}/s on one core; claim-and-record-only ${Math.round(claimOnly)}/s; the limit is the lower`,
  );
  const limit = Math.min(renderOnly, claimOnly);
  emit({ metric: 'messages_per_s', value: rate, unit: '1/s', limit, ratio: rate / limit });
}

async function mustBeSent(ctx: Ctx, campaignId: string, count: number): Promise<void> {
  const { sent } = await row<{ sent: number }>(
    ctx.db,
    sql`select count(*)::int as sent from message where campaign_id = ${campaignId}::uuid and state = 'sent'`,
  );
  if (sent !== count) throw new Error(`${sent} of ${count} messages are sent`);
}

async function renderRate(ctx: Ctx, campaignId: string): Promise<number> {
  const campaign = await findCampaign(ctx, campaignId);
  if (campaign === undefined) throw new Error('no campaign');
  const frame = await frameOf(ctx, campaign, {
    runId: campaignId,
    templateId: null,
    templateVersion: 1,
  });
  const links = linksFor(secretOf(ctx.config), ctx.config.publicUrl);
  const now = ctx.clock.now();
  const ref = { messageId: campaignId, contactId: campaignId };
  const startMs = performance.now();
  for (let i = 0; i < MESSAGES; i++) {
    const person = { ...PERSON, contactId: campaignId, givenName: `Person${i}` };
    renderMessage(frame, links, {
      person,
      about: undefined,
      coupon: { code: 'BENCH-22222222', validUntil: now },
      ref,
      now,
    });
  }
  return MESSAGES / secondsSince(startMs);
}

const PERSON = {
  name: 'Person',
  familyName: null,
  email: 'person@example.com',
  phone: null,
  city: null,
  country: null,
  locale: null,
  timeZone: null,
  attributes: {},
};

/** The ledger's part: claims and records, with nothing rendered or handed off. */
async function claimRate(ctx: Ctx): Promise<number> {
  const campaignId = await launchTo(ctx, 'claims', { templateId: await shippedTemplate(ctx, 'newsletter') });
  await planRuns(ctx, never);
  const key = await runOf(ctx, campaignId);
  const startMs = performance.now();
  for (;;) {
    const now = ctx.clock.now();
    const leaseUntil = new Date(now.getTime() + 60_000);
    const claims = await claimMessages(ctx, key, {
      now,
      leaseUntil,
      provider: 'outbox',
      channel: 'email',
      limit: 500,
    });
    if (claims.length === 0) break;
    const none = {
      failures: 0,
      reason: null,
      detail: null,
      dueAt: null,
      address: null,
      deferredAt: null,
      locale: null,
      couponCode: null,
      nextChannel: null,
    };
    await settleMessages(
      ctx,
      key.plannedAt,
      claims.map((claim) => ({ ...claim, ...none, state: 'sent', handedAt: now, deliveredAt: now })),
    );
  }
  return MESSAGES / secondsSince(startMs);
}

async function runOf(ctx: Ctx, campaignId: string): Promise<RunKey> {
  const found = await row<{ runId: string; plannedAt: string }>(
    ctx.db,
    sql`select run_id as "runId", planned_at as "plannedAt" from campaign_run where campaign_id = ${campaignId}::uuid`,
  );
  return { runId: found.runId, campaignId, plannedAt: dateOf(found.plannedAt) };
}

/** The same over SMTP to a server of its own process; beside it, bare nodemailer with the same mail and connections. */
async function smtp(ctx: Ctx, emit: Emit, note: Note): Promise<void> {
  const first = AUDIENCE + 2 * MESSAGES + 1;
  await putContacts(ctx, 'smtp', first, first + SMTP_MESSAGES - 1);
  const campaignId = await launchTo(ctx, 'smtp', { templateId: await smallTemplate(ctx) });
  await planRuns(ctx, never);
  const sink = await startSink();
  try {
    const url = `smtp://127.0.0.1:${sink.port}`;
    const { channel, sample } = sampling(openSmtp(url));
    const startMs = performance.now();
    await sendDue(ctx, channel, never);
    const rate = SMTP_MESSAGES / secondsSince(startMs);
    await channel.close();
    await mustBeSent(ctx, campaignId, SMTP_MESSAGES);
    const mail = sample();
    const bytes = Buffer.byteLength(mail.html) + Buffer.byteLength(mail.text);
    const bare = await bareRate(url, mail);
    note(
      `SMTP: ${SMTP_MESSAGES} mails of ${bytes} bytes of text over ${CONNECTIONS} connections to a server in a process of its own; the limit is bare nodemailer with the same mail`,
    );
    emit({ metric: 'smtp_messages_per_s', value: rate, unit: '1/s', limit: bare, ratio: rate / bare });
    emit({ metric: 'smtp_ratio_to_bare', value: rate / bare, unit: 'ratio', limit: 1, ratio: rate / bare });
  } finally {
    await sink.stop();
  }
}

type Sample = { html: string; text: string; headers: Readonly<Record<string, string>> };

function sampling(inner: Channel): { channel: Channel; sample: () => Sample } {
  let seen: Sample | undefined;
  return {
    channel: {
      ...inner,
      send: (messages, goOn) => {
        seen ??= messages.find((message) => message.channel === 'email');
        return inner.send(messages, goOn);
      },
    },
    sample: () => {
      if (seen === undefined) throw new Error('nothing was sent');
      return seen;
    },
  };
}

async function bareRate(url: string, mail: Sample): Promise<number> {
  const transport = createTransport({ url, pool: true, maxConnections: CONNECTIONS, maxMessages: 1_000 });
  const startMs = performance.now();
  let left = SMTP_MESSAGES;
  const lane = async (): Promise<void> => {
    while (left-- > 0)
      await transport.sendMail({
        from: 'hello@example.com',
        to: `person${left}@example.com`,
        subject: 'News',
        html: mail.html,
        text: mail.text,
        headers: { ...mail.headers },
      });
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  const rate = SMTP_MESSAGES / secondsSince(startMs);
  transport.close();
  return rate;
}
