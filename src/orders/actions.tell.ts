import type { Ctx } from '../core/ctx.ts';
import { minorToWire } from '../core/money.ts';
import { emit } from '../core/outbox.ts';
import type { Document } from './documents.ts';

/** Contacts named in one event of a load. */
const CONTACTS_PER_EVENT = 400;

type Told = Omit<Document, 'lines'>;

/**
 * Tells of new trusted documents of known contacts: `order.placed` for sales, `order.returned` for returns; a load of the past
 * tells of its contacts in `orders.imported`. A sale that was cancelled before it became known is told by the return that
 * cancels it alone. Claimed orders and anonymous sales concern nobody's balance and are not told.
 */
export async function tellPlaced(
  ctx: Ctx,
  documents: readonly Told[],
  importId: string | undefined,
): Promise<void> {
  const known = documents.filter(({ trust, anonymous }) => trust !== 'public' && !anonymous);
  if (importId !== undefined) {
    await tellImported(
      ctx,
      importId,
      known.map(({ contactId }) => contactId),
    );
    return;
  }
  const placed = known.filter(({ kind, status }) => kind === 'sale' && status !== 'cancelled');
  await emit(ctx, 'order.placed', placed.map(payloadOf));
  await emit(ctx, 'order.returned', known.filter(({ kind }) => kind === 'return').map(payloadOf));
  const others = known.filter(({ kind }) => kind === 'adjustment').map(({ contactId }) => contactId);
  await emit(
    ctx,
    'order.adjusted',
    [...new Set(others)].map((contactId) => ({ contactId })),
  );
}

export async function tellImported(ctx: Ctx, importId: string, contactIds: readonly string[]): Promise<void> {
  const distinct = [...new Set(contactIds)];
  const payloads: object[] = [];
  for (let from = 0; from < distinct.length; from += CONTACTS_PER_EVENT) {
    payloads.push({ importId, contactIds: distinct.slice(from, from + CONTACTS_PER_EVENT) });
  }
  await emit(ctx, 'orders.imported', payloads);
}

function payloadOf(document: Told) {
  return {
    contactId: document.contactId,
    orderId: document.orderId,
    source: document.source,
    externalId: document.externalId,
    baseTotalMinor: minorToWire(document.baseTotalMinor),
    currency: document.currency,
    couponCodes: document.couponCodes,
    occurredAt: document.occurredAt.toISOString(),
    originalOrderId: document.originalOrderId,
    historical: false,
  };
}
