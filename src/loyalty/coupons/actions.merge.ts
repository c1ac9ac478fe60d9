import type { MergeMover } from '../../contacts/index.ts';
import { moveCouponsOf } from './store.merge.ts';

/** Coupons follow whom they were issued to, with their codes, so that each still works. */
export const moveCouponsOnMerge: MergeMover = { name: 'loyalty.coupons', move: moveCouponsOf };
