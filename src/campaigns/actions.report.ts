import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { notFound } from '../core/errors.ts';
import { minorToWire } from '../core/money.ts';
import { cursorId, cursorInstant, cursorText, decodeCursor, encodeCursor } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { countCoupons } from '../loyalty/index.ts';
import { countsOf, mustFindCampaign } from './actions.campaigns.ts';
import { textPage } from './page.text.ts';
import { readOutbox } from './channels/outbox.ts';
import type {
  CampaignState,
  MessageQuery,
  MessageView,
  OutboxPage,
  ReportView,
  StoredMail,
} from './contract.ts';
import { countMessages, isBroadcast, listRuns } from './store.campaigns.ts';
import {
  contactIsVisible,
  countByChannel,
  countDelivered,
  countMachineReasons,
  countReasons,
  linkClicks,
  listMessages,
  listOutbox,
  sumConversions,
  tallyResponses,
} from './store.report.ts';
import type { KindTally, MessageRow } from './store.report.ts';

/** Runs a report shows; a weekly campaign has fewer in two years. Of what starts one by one there are any number: the newest. */
const SHOWN_RUNS = { broadcast: 100, other: 10 };

/** Everything the ledger and the responses say about a campaign, counted when asked. */
export async function campaignReport(ctx: Ctx, id: string): Promise<ReportView> {
  authorise(ctx, 'campaigns:read');
  const row = await mustFindCampaign(ctx, id);
  const counted = await countMessages(ctx, [id]);
  const reasons = await countReasons(ctx, id);
  const tallies = await tallyResponses(ctx, id);
  const sums = await sumConversions(ctx, id);
  const { runs, count } = await listRuns(ctx, id, SHOWN_RUNS[isBroadcast(row) ? 'broadcast' : 'other']);
  const of = (kind: string): Omit<KindTally, 'kind'> => {
    const found = tallies.find((tally) => tally.kind === kind);
    const { human = 0, machineOnly = 0, humanTotal = 0, machineTotal = 0 } = found ?? {};
    return { human, machineOnly, humanTotal, machineTotal };
  };
  const why = (state: string): Array<{ reason: string; count: number }> =>
    reasons.filter((reason) => reason.state === state).map(({ reason, count }) => ({ reason, count }));
  return {
    campaignId: id,
    state: row.state as CampaignState,
    audience: counted.reduce((sum, { count }) => sum + count, 0),
    counts: countsOf(counted),
    channels: [...Map.groupBy(await countByChannel(ctx, id), ({ channel }) => channel)].map(
      ([channel, own]) => ({
        channel,
        counts: countsOf(own),
      }),
    ),
    skipped: why('skipped'),
    failed: why('failed'),
    delivered: await countDelivered(ctx, id),
    opens: of('opened'),
    clicks: of('clicked'),
    machineReasons: await countMachineReasons(ctx, id),
    links: await linkClicks(ctx, id),
    unsubscribes: of('unsubscribed').human,
    conversions: sums.conversions,
    couponConversions: sums.withCoupon,
    revenueMinor: minorToWire(BigInt(sums.amountMinor)),
    currency: ctx.config.baseCurrency,
    coupons: await couponCounts(ctx, row.couponCampaignId, id),
    runCount: count,
    runs: runs.map((run) => ({
      id: run.runId,
      occurrence: run.occurrence,
      state: run.state,
      audience: run.audience,
      plannedAt: run.plannedAt.toISOString(),
      finishedAt: run.finishedAt?.toISOString() ?? null,
    })),
  };
}

async function couponCounts(
  ctx: Ctx,
  couponCampaignId: string | null,
  campaignId: string,
): Promise<ReportView['coupons']> {
  const counted = couponCampaignId === null ? [] : await countCoupons(ctx, [couponCampaignId], campaignId);
  const of = (state: string): number => counted.find((row) => row.state === state)?.count ?? 0;
  return {
    issued: of('issued'),
    held: of('held'),
    used: of('used'),
    expired: of('expired'),
    void: of('void'),
  };
}

/** The messages behind a figure: by state, reason, response. */
export async function campaignMessages(
  ctx: Ctx,
  id: string,
  query: MessageQuery,
): Promise<Page<MessageView>> {
  authorise(ctx, 'campaigns:read');
  await mustFindCampaign(ctx, id);
  const found = await listMessages(ctx, id, query, {
    limit: query.limit + 1,
    ...(query.cursor === undefined ? {} : { after: positionOf(query.cursor) }),
  });
  const items = found.slice(0, query.limit);
  const last = items.at(-1);
  const more = found.length > query.limit && last !== undefined;
  return {
    items: items.map(messageView),
    nextCursor: more ? encodeCursor([last.state, last.contactId, last.id]) : null,
  };
}

function positionOf(cursor: string): readonly [string, string, string] {
  const [state, contactId, id] = decodeCursor(cursor, 3);
  return [cursorText(state), cursorId(contactId), cursorId(id)];
}

function messageView(row: MessageRow): MessageView {
  return {
    ...row,
    plannedAt: row.plannedAt.toISOString(),
    dueAt: row.dueAt.toISOString(),
    handedAt: row.handedAt?.toISOString() ?? null,
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
  };
}

/** Mails of the local outbox, newest first. */
export async function outboxMails(
  ctx: Ctx,
  query: { campaignId?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<OutboxPage> {
  authorise(ctx, 'campaigns:read');
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const found = await listOutbox(ctx, query.campaignId, {
    limit: query.limit + 1,
    ...(at === undefined ? {} : { before: [cursorInstant(at).toISOString(), cursorId(id)] as const }),
  });
  const items = found.slice(0, query.limit);
  const last = items.at(-1);
  const more = found.length > query.limit && last !== undefined;
  return {
    items: items.map((row) => ({ ...row, handedAt: row.handedAt.toISOString() })),
    nextCursor: more ? encodeCursor([last.handedAt.toISOString(), last.messageId]) : null,
  };
}

/** One mail of the local outbox. 404 when it is not there or its contact is not the actor's to see. */
export async function outboxMail(ctx: Ctx, messageId: string): Promise<StoredMail> {
  authorise(ctx, 'campaigns:read');
  const mail = await readOutbox(ctx.config.dataDir, messageId);
  if (mail === undefined || !(await contactIsVisible(ctx, mail.contactId))) throw notFound('mail', messageId);
  return mail.channel === 'email' ? mail : { ...mail, html: textPage(mail) };
}
