import { may } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { BuyerInput, SaleView } from './contract.ts';
import type { SaleRow } from './store.ts';

/** Whose address alone was said: whoever may only sell is not told who that is. */
export function mayKnowBuyer(ctx: Ctx, named: BuyerInput | undefined): boolean {
  const isAddress = named !== undefined && ('phone' in named || 'email' in named || 'externalId' in named);
  return !isAddress || may(ctx, 'loyalty:vouch') || may(ctx, 'loyalty:read');
}

/** A sale as callers get it. */
export function viewOf(ctx: Ctx, row: SaleRow): SaleView {
  const { saleId, contactId, source, externalId, programId, state, fingerprint, orderId } = row;
  return {
    id: saleId,
    source,
    externalId,
    contactId: contactId === saleId || !mayKnowBuyer(ctx, row.request.buyer) ? null : contactId,
    programId,
    state,
    fingerprint,
    orderId,
    reservedUntil: row.reservedUntil?.toISOString() ?? null,
    occurredAt: row.occurredAt.toISOString(),
    refundedMinor: row.refundedMinor,
    priced: row.priced,
  };
}
