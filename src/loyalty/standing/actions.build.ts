import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { reviewContacts } from './actions.review.ts';
import { membersAfter, nextBuilding, setBuildAfter } from './store.ladders.ts';

/** Members looked at in one transaction. */
const BUILD_BATCH = 500;

/** Looks at the next members of a ladder that was made or changed; gives whether anything is left to do. */
export async function buildOnce(ctx: Ctx): Promise<boolean> {
  return inTx(ctx, async (tx) => {
    const building = await nextBuilding(tx);
    if (building === undefined) return false;
    const members = await membersAfter(tx, building, BUILD_BATCH);
    await reviewContacts(tx, members, 'ladder');
    const last = members.length < BUILD_BATCH ? null : (members.at(-1) ?? null);
    await setBuildAfter(tx, building, last);
    return true;
  });
}
