import type { Ctx } from '../../core/ctx.ts';
import type { PricedCart } from '../pricing/contract.ts';

/** What sales ask of parts that may be there or not. */

/** An order that is not placed yet. */
export type EarningOrder = {
  programId: string;
  priced: PricedCart;
  /** Products by line id: our ids (null: unknown so far), with their categories. */
  lines: ReadonlyMap<string, { productId: string | null; code: string; categoryPath: readonly string[] }>;
  channel: string | null;
};

/**
 * What orders of a buyer would earn, told before they are placed: everything that is known of the buyer is read first (while the cart
 * is priced), then judging an order is pure. The judgement is null of a program they are no member of.
 */
export type EarnPreview = (ctx: Ctx, contactId: string) => Promise<(order: EarningOrder) => Earning | null>;
export type Earning = {
  points: number;
  pending: boolean;
  /** The program's limit of an order has cut what rules give. */
  limit: { most: number; desired: number } | null;
};

let preview: EarnPreview | null = null;

export function registerEarnPreview(fn: EarnPreview): void {
  preview = fn;
}

export const earnPreview = (): EarnPreview | null => preview;
