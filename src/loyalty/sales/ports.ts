import type { Ctx } from '../../core/ctx.ts';
import type { PricedCart } from '../pricing/contract.ts';

/** What sales ask of parts that may be there or not. */

/** What an order would earn, told before it is placed. */
export type EarnPreview = (
  ctx: Ctx,
  order: {
    contactId: string;
    programId: string;
    priced: PricedCart;
    /** Products by line id: our ids (null: unknown so far), with their categories. */
    lines: ReadonlyMap<string, { productId: string | null; code: string; categoryPath: readonly string[] }>;
    channel: string | null;
    now: Date;
  },
) => Promise<{
  points: number;
  pending: boolean;
  /** The program's limit of an order has cut what rules give. */
  limit: { most: number; desired: number } | null;
} | null>;

let preview: EarnPreview | null = null;

export function registerEarnPreview(fn: EarnPreview): void {
  preview = fn;
}

export const earnPreview = (): EarnPreview | null => preview;
