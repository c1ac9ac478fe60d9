import { holdContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import { authoriseSell } from './actions.buyer.ts';
import { together } from './actions.together.ts';
import type { CommitInput, SaleView } from './contract.ts';
import { findSale, maySee, placeOf } from './store.ts';
import type { SaleRow } from './store.ts';

/**
 * The order of a reservation is placed (or paid). Repeating it gives the same answer. 404 sale_not_found; 409 sale_cancelled,
 * price_changed, and hold_expired: the reservation had run out, and the same figures cannot be had any more.
 */
export async function commit(ctx: Ctx, saleId: string, input: CommitInput): Promise<SaleView> {
  authoriseSell(ctx);
  return together({ kind: 'commit', ctx, saleId, input, same: [`sale ${saleId}`] });
}

/** A sale, its buyer held before it, as everybody does; 404 `sale_not_found`. */
export async function lockSale(tx: Ctx, saleId: string): Promise<SaleRow> {
  const place = await placeOf(tx, { saleId });
  if (place === undefined) throw notFound('sale', saleId);
  const isAnonymous = place.contactId === saleId;
  const contactId = isAnonymous
    ? saleId
    : ((await holdContacts(tx, [place.contactId], 'alone')).get(place.contactId) ?? place.contactId);
  if (!isAnonymous && tx.actor.kind === 'user' && !(await maySee(tx, contactId)))
    throw notFound('sale', saleId);
  const row = await findSale(tx, { contactId, saleId }, true);
  if (row === undefined) throw notFound('sale', saleId);
  return row;
}
