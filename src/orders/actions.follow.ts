import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, DomainError, invalid } from '../core/errors.ts';
import { placeOrders } from './actions.place.ts';
import type { OrderToPlace, PlaceResult } from './actions.place.ts';
import type { Document } from './documents.ts';
import { returnOf } from './return.ts';
import type { ReturnLine } from './return.ts';
import { keyOf, linesOf, lockDocuments } from './store.documents.ts';
import { codesOf, returnedOf } from './store.follow.ts';
import { orderIdsByKey } from './store.read.ts';

/** What a server tells of an order that was placed before. */
export type FollowUp = {
  source: string;
  externalId: string;
  occurredAt: Date;
  does:
    | { status: string; lines?: OrderToPlace['lines'] | undefined }
    /**
     * Lines that came back (null: all that is left), or money alone; `number` is the return's own, once for good. `beside`: money given
     * back beside the lines named, which may be none; goods that have not come back stay sold.
     */
    | {
        number: string;
        lines: readonly ReturnLine[] | null;
        amount?: string | undefined;
        beside?: string | undefined;
      };
};

/**
 * Changes of orders by what is said of them: a status, a cancellation, a return of all that is left, of some units or of money. One
 * result per follow-up, in the order given. 404 `order_unknown`; 409 `order_claimed` while only a public source has told of the
 * order; what would bring back more than was sold is a 422. The same return again is `unchanged`. Never confirms a claim.
 */
export async function followOrders(ctx: Ctx, told: readonly FollowUp[]): Promise<PlaceResult[]> {
  authorise(ctx, 'orders:write');
  return inTx(ctx, async (tx) => {
    const results = new Map<FollowUp, PlaceResult>();
    // Two words about one order are taken one after the other: the second sees what the first has done.
    for (let waiting = [...told]; waiting.length > 0;) {
      const wave = new Map<string, FollowUp>();
      for (const one of waiting) if (!wave.has(keyOf(one))) wave.set(keyOf(one), one);
      waiting = waiting.filter((one) => wave.get(keyOf(one)) !== one);
      await followWave(tx, [...wave.values()], results);
    }
    return told.flatMap((one) => results.get(one) ?? []);
  });
}

async function followWave(
  ctx: Ctx,
  told: readonly FollowUp[],
  results: Map<FollowUp, PlaceResult>,
): Promise<void> {
  const stored = await lockDocuments(ctx, told);
  const heads = [...stored.values()];
  const lines = await linesOf(ctx, heads);
  const codes = await codesOf(
    ctx,
    [...lines.values()].flatMap((list) => list.map(({ productId }) => productId)),
  );
  const returned = await returnedOf(
    ctx,
    heads.map(({ orderId }) => orderId),
  );
  const numbers = await orderIdsByKey(
    ctx,
    told.flatMap(({ source, does }) => ('number' in does ? [{ source, externalId: does.number }] : [])),
  );
  const placing: Array<{ one: FollowUp; order: OrderToPlace }> = [];
  for (const one of told) {
    try {
      const head = stored.get(keyOf(one));
      if (head === undefined) throw unknownOrder(one);
      const sale: Document = { ...head, lines: lines.get(head.orderId) ?? [] };
      const known = { codes, returned: returned.get(head.orderId) ?? [], numbers };
      const order = orderFor(one, sale, known);
      if (order === null) results.set(one, unchanged(sale));
      else placing.push({ one, order });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.set(one, { ok: false, error });
    }
  }
  const placed = await placeOrders(
    ctx,
    placing.map(({ order }) => order),
    { trust: 'server' },
  );
  for (const [i, { one }] of placing.entries()) {
    const result = placed[i];
    if (result !== undefined) results.set(one, result);
  }
}

type Known = {
  codes: ReadonlyMap<string, string>;
  returned: Parameters<typeof returnOf>[0]['returned'];
  numbers: ReadonlyMap<string, string>;
};

/** The document that does it; null when it was done before. */
function orderFor(one: FollowUp, sale: Document, known: Known): OrderToPlace | null {
  if (sale.trust === 'public') {
    const detail = `Only a public source has told of order "${one.externalId}" so far.`;
    throw conflict('order_claimed', detail, 'externalId');
  }
  const same = sameOrder(sale, known.codes);
  const { does } = one;
  if ('status' in does) {
    if (does.status === 'cancelled' && known.returned.length > 0 && sale.status !== 'cancelled') {
      const rest = { number: `${sale.externalId}${REFUNDED_SUFFIX}`, lines: null };
      return orderFor({ ...one, does: rest }, sale, known);
    }
    const status = rankOf(does.status) > rankOf(sale.status) ? does.status : sale.status;
    if (status === sale.status && does.lines === undefined) return null;
    return { ...same, status, lines: does.lines ?? same.lines };
  }
  if (known.numbers.has(keyOf({ source: one.source, externalId: does.number }))) return null;
  if (sale.kind !== 'sale') throw invalid('no_sale', `"${one.externalId}" is no sale.`, 'externalId');
  const back = returnOf({
    sale,
    codes: known.codes,
    returned: known.returned,
    wanted: does.lines,
    amount: does.amount,
    beside: does.beside,
  });
  if (back === null) return null;
  const { buyer, source, currency, baseRate, channel } = same;
  return {
    source,
    externalId: does.number,
    kind: 'return',
    // A return is not older than its sale, whatever a clock says.
    occurredAt: one.occurredAt < sale.occurredAt ? sale.occurredAt : one.occurredAt,
    currency,
    baseRate,
    channel,
    buyer,
    originalExternalId: sale.externalId,
    lines: back,
  };
}

/** A status that comes late, after a further one, changes nothing. */
const RANKS = ['placed', 'paid', 'shipped', 'delivered', 'cancelled'];
const rankOf = (status: string): number => RANKS.indexOf(status);

/** Makes the number of a return of all that is left from that of its order, when the shop gives it none. */
export const REFUNDED_SUFFIX = '#refunded';

function unknownOrder({ source, externalId }: FollowUp): DomainError {
  const detail = `No order "${externalId}" of "${source}".`;
  return new DomainError({ code: 'order_unknown', status: 404, detail, at: 'externalId' });
}

const unchanged = ({ orderId, contactId, anonymous }: Document): PlaceResult => ({
  ok: true,
  outcome: 'unchanged',
  orderId,
  contactId: anonymous ? null : contactId,
});

/** The stored sale as its shop would tell it again. */
function sameOrder(sale: Document, codes: ReadonlyMap<string, string>): OrderToPlace {
  return {
    source: sale.source,
    externalId: sale.externalId,
    kind: sale.kind,
    status: sale.status,
    occurredAt: sale.occurredAt,
    currency: sale.currency,
    baseRate: sale.baseRate,
    channel: sale.channel ?? undefined,
    couponCodes: sale.couponCodes,
    properties: sale.properties,
    buyer: sale.anonymous ? undefined : { contactId: sale.contactId },
    unknownProducts: 'refuse',
    lines: sale.lines.map(({ productId, description, quantity, unitPrice, cost }) => ({
      product: codes.get(productId) ?? '',
      description: description ?? undefined,
      quantity,
      unitPrice,
      cost: cost ?? undefined,
    })),
  };
}
