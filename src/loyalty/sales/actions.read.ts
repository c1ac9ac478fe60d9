import { authorise, may } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import type { SaleDetail } from './contract.ts';
import { findSale, maySee, placeOf, returnsOf, traceOf } from './store.ts';
import { viewOf } from './view.ts';
import { hintsOf } from './words.ts';

/** A sale with everything that was considered when it was priced, and what came back. 404 `sale_not_found`. */
export async function getSale(ctx: Ctx, saleId: string): Promise<SaleDetail> {
  if (!may(ctx, 'loyalty:read')) authorise(ctx, 'loyalty:sell');
  const place = await placeOf(ctx, { saleId });
  const row = place === undefined ? undefined : await findSale(ctx, place, false);
  if (row === undefined) throw notFound('sale', saleId);
  const isHidden =
    ctx.actor.kind === 'user' && row.contactId !== saleId && !(await maySee(ctx, row.contactId));
  if (isHidden) throw notFound('sale', saleId);
  const [trace, returns] = await Promise.all([traceOf(ctx, row), returnsOf(ctx, row)]);
  const priced = { ...row.priced, trace };
  return {
    ...viewOf(ctx, row),
    priced,
    hints: hintsOf(priced, row.request.language),
    returns: returns.map(({ worth }) => worth),
  };
}
