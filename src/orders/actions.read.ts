import type { TimelineEntry, TimelineSource } from '../contacts/index.ts';
import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf } from '../core/db.ts';
import { invalid, notFound } from '../core/errors.ts';
import { decimalToScaled, minorToWire } from '../core/money.ts';
import { cursorId, cursorInstant, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import { AMOUNT_SCALE, isTotal, totalMinor } from './amounts.ts';
import type { OrderCounts, OrderDetail, OrderView, SalesReport, SalesReportQuery } from './contract.ts';
import { asBought, runsOf } from './runs.ts';
import { countOrders, findOrder, findOrders, orderLines, returnsOf, salesByPeriod } from './store.read.ts';
import type { OrderRow, SalesRow } from './store.read.ts';

export async function listOrders(
  ctx: Ctx,
  query: { contactId?: string | undefined; limit: number; cursor?: string | undefined },
): Promise<Page<OrderView>> {
  authorise(ctx, 'orders:read');
  const [at, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const found = await findOrders(ctx, {
    contactId: query.contactId,
    before: at === undefined ? undefined : { occurredAt: cursorInstant(at).toISOString(), id: cursorId(id) },
    limit: query.limit + 1,
  });
  const page = toPage(found, query.limit, (row) => [dateOf(row.occurredAt).toISOString(), row.id]);
  return { items: page.items.map(viewOf), nextCursor: page.nextCursor };
}

/** How many documents there are, in all and of each kind. */
export async function orderCounts(ctx: Ctx): Promise<OrderCounts> {
  authorise(ctx, 'orders:read');
  const found = await countOrders(ctx);
  const of = (kind: string): number => found.find((row) => row.kind === kind)?.count ?? 0;
  const [sales, returns, adjustments] = [of('sale'), of('return'), of('adjustment')];
  return { count: sales + returns + adjustments, sales, returns, adjustments };
}

export async function getOrder(ctx: Ctx, id: string): Promise<OrderDetail> {
  authorise(ctx, 'orders:read');
  const row = await findOrder(ctx, id);
  if (row === undefined) throw notFound('order', id);
  const [lines, returns] = [await orderLines(ctx, row), await returnsOf(ctx, id)];
  const lineRuns = runsOf(row);
  const { lineRuns: _ours, ...others } = row.properties;
  return {
    ...viewOf(row),
    baseRate: row.baseRate,
    properties: lineRuns === undefined ? row.properties : others,
    lines: asBought(lines, lineRuns),
    returns: returns.map((one) => ({
      id: one.id,
      externalId: one.externalId,
      totalMinor: minorToWire(BigInt(one.totalMinor)),
      occurredAt: dateOf(one.occurredAt).toISOString(),
    })),
  };
}

function viewOf(row: OrderRow): OrderView {
  return {
    id: row.id,
    contactId: row.anonymous ? null : row.contactId,
    contactName: row.contactName,
    kind: row.kind,
    source: row.source,
    externalId: row.externalId,
    status: row.status,
    claimed: row.trust === 'public',
    occurredAt: dateOf(row.occurredAt).toISOString(),
    recordedAt: dateOf(row.recordedAt).toISOString(),
    currency: row.currency,
    totalMinor: minorToWire(BigInt(row.totalMinor)),
    baseTotalMinor: minorToWire(BigInt(row.baseTotalMinor)),
    lineCount: row.lineCount,
    channel: row.channel,
    couponCodes: row.couponCodes,
    originalOrderId: row.originalOrderId,
  };
}

/** A year of days by a hundred groups; what is larger is an export, not a report. */
const MAX_REPORT_ROWS = 40_000;

const DEFINITIONS = {
  scope:
    'Lines told by a server or an import. Orders that only a public source claims count nowhere but in the claimed figures.',
  grossMinor: 'Sale lines: quantity × unit price, in the base currency at the rate of the order.',
  returnsMinor: 'Return lines; negative.',
  adjustmentsMinor: 'Lines that correct the books without a sale or a return: written-off stock, bad debt.',
  netMinor: 'gross + returns + adjustments; with returns=exclude the gross alone.',
  orders: 'Documents with a sale line of a positive amount.',
  customers: 'Known contacts with such a line.',
  units: 'Sum of quantities: of all lines, with returns=exclude of sale lines.',
};

/** Sales by day or month of the installation's zone, in the base currency. */
export async function salesReport(ctx: Ctx, query: SalesReportQuery): Promise<SalesReport> {
  authorise(ctx, 'orders:read');
  const { timeZone, baseCurrency } = ctx.config;
  const found = await salesByPeriod(ctx, {
    by: query.by,
    by2: query.by2,
    zone: timeZone,
    from: query.from ?? null,
    to: query.to ?? null,
    returns: query.returns,
    anonymous: query.anonymous,
    limit: MAX_REPORT_ROWS + 1,
  });
  if (found.length > MAX_REPORT_ROWS) {
    throw invalid(
      'report_too_large',
      `More than ${MAX_REPORT_ROWS} rows: choose a shorter time or months.`,
      'from',
    );
  }
  return {
    currency: baseCurrency,
    timeZone,
    definitions: DEFINITIONS,
    rows: found.map((row) => reportRow(row, query.returns, baseCurrency)),
  };
}

const scaled = (text: string): bigint => decimalToScaled(text, AMOUNT_SCALE);

function reportRow(row: SalesRow, returns: 'net' | 'exclude', currency: string): SalesReport['rows'][number] {
  const wire = (amount: bigint): number => {
    const minor = totalMinor(amount, currency);
    if (!isTotal(minor))
      throw invalid('amount_out_of_range', 'A sum is beyond what can be told exactly.', 'from');
    return minorToWire(minor);
  };
  const [gross, back, adjusted] = [scaled(row.gross), scaled(row.returns), scaled(row.adjustments)];
  return {
    period: row.period,
    group: row.group,
    grossMinor: wire(gross),
    returnsMinor: wire(back),
    adjustmentsMinor: wire(adjusted),
    netMinor: wire(returns === 'net' ? gross + back + adjusted : gross),
    orders: row.orders,
    customers: row.customers,
    units: row.units,
    claimedMinor: wire(scaled(row.claimed)),
    claimedOrders: row.claimedOrders,
  };
}

/** Orders, returns and adjustments on the contact's card. */
export const ordersTimeline: TimelineSource = {
  kind: 'order',
  load: (ctx, contactId, page) => timelineOf(ctx, contactId, page, ['sale', 'adjustment']),
};
export const returnsTimeline: TimelineSource = {
  kind: 'return',
  load: (ctx, contactId, page) => timelineOf(ctx, contactId, page, ['return']),
};

async function timelineOf(
  ctx: Ctx,
  contactId: string,
  page: Parameters<TimelineSource['load']>[2],
  kinds: readonly string[],
): Promise<TimelineEntry[]> {
  const found = await findOrders(ctx, {
    contactId,
    kinds,
    before: { occurredAt: page.before.occurredAt.toISOString(), id: page.before.id },
    limit: page.limit,
  });
  return found.map((row) => {
    const {
      id,
      externalId,
      source,
      kind,
      status,
      claimed,
      totalMinor: total,
      currency,
      lineCount,
      couponCodes,
      channel,
    } = viewOf(row);
    return {
      id,
      kind: kind === 'return' ? 'return' : 'order',
      occurredAt: dateOf(row.occurredAt),
      data: {
        externalId,
        source,
        kind,
        status,
        claimed,
        totalMinor: total,
        currency,
        lineCount,
        fullyReturned: row.fullyReturned,
        couponCodes,
        channel,
      },
    };
  });
}
