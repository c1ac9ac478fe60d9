import type { SaleView } from './contract.ts';
import type { SaleRow } from './store.ts';

/** A sale as callers get it. Pure. */
export function viewOf(row: SaleRow): SaleView {
  const { saleId, contactId, source, externalId, programId, state, fingerprint, orderId } = row;
  return {
    id: saleId,
    source,
    externalId,
    contactId: contactId === saleId ? null : contactId,
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
