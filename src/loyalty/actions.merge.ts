import type { MergeMover } from '../contacts/index.ts';
import { foldCode } from './code.ts';
import { codesOfContact, moveCouponsOf } from './store.coupons.ts';

/** A merged contact keeps its coupons: they move with their codes, so that each still works. */
export const moveCouponsOnMerge: MergeMover = {
  name: 'loyalty.coupons',
  move: async (ctx, from, to) => {
    const codes = await codesOfContact(ctx, from);
    await moveCouponsOf(ctx, from, to, codes.map(foldCode));
  },
};
