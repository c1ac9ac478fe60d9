import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError } from '../../core/errors.ts';
import { saleTime } from './cart.ts';
import { isOver } from './effect.ts';
import type { SaleRow } from './store.ts';
import type { Renewed, Sold, Wish } from './work.ts';

/** What a repeated or committed sale comes to. Pure. */

export type Met = { is: 'known' } | ({ is: 'sold' } & Sold) | { is: 'anew'; promise: Renewed };

/** Throws 409 key_reused, price_changed, sale_cancelled. */
export function meet(ctx: Ctx, wish: Wish, row: SaleRow): Met {
  const now = ctx.clock.now();
  if (wish.kind === 'commit') return meetCommit(wish.input, row, wish.input.status, now);
  const { input, how, inputHash } = wish;
  if (row.inputHash !== inputHash)
    throw conflict('key_reused', `"${input.externalId}" of "${input.source}" is another sale.`, 'externalId');
  if (how.kind === 'sell' && row.state !== 'expired') return meetCommit(input, row, how.status, now);
  if (row.state !== 'expired' && !isOver(row, now)) return { is: 'known' };
  return { is: 'anew', promise: { fingerprint: input.fingerprint, explain: (error) => error } };
}

type Said = { fingerprint?: string | undefined; occurredAt?: string | undefined };

function meetCommit(said: Said, row: SaleRow, status: 'placed' | 'paid', now: Date): Met {
  if (said.fingerprint !== undefined && said.fingerprint !== row.fingerprint)
    throw conflict('price_changed', 'The sale was promised other figures.', 'fingerprint');
  if (row.state === 'cancelled') throw conflict('sale_cancelled', 'This sale was called off.');
  if (row.state !== 'reserved' && row.state !== 'expired') return { is: 'known' };
  const occurredAt = saleTime(said.occurredAt, now);
  if (row.state === 'expired' || isOver(row, now))
    return { is: 'anew', promise: { fingerprint: row.fingerprint, explain: tooLate } };
  const sold: SaleRow = { ...row, occurredAt, state: 'committed', reservedUntil: null, updatedAt: now };
  return { is: 'sold', row: sold, holdKey: row.holdKey, status };
}

/**
 * A till has often taken the money by the time it commits: what is still to be had on exactly the terms promised goes through, and
 * nothing else does. Another price without anybody's consent would be worse than asking again.
 */
function tooLate(error: unknown): unknown {
  if (!(error instanceof DomainError) || error.status !== 409) return error;
  return new DomainError({
    code: 'hold_expired',
    status: 409,
    detail:
      'The reservation had run out, and what it promised is not to be had any more; ask for a new quote.',
    cause: error,
  });
}
