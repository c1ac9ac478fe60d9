import type { Ctx } from '../../core/ctx.ts';
import { conflict } from '../../core/errors.ts';
import { mustFind } from '../programs/actions.ts';
import { programSettings } from '../programs/contract.ts';
import { post } from './actions.post.ts';
import { walletIdOf } from './books.ts';
import type { FamilyLeaveInput } from './contract.ts';
import { broughtBy, isKeyUsed, movedToday } from './store.requests.ts';

/** What one person may move by hand alone: so many points for a contact within a day, in whatever way. */

type Move = { contactId: string; toContactId: string | null; programId: string; key: string; points: bigint };

/** Whether one person may do it alone. A repeat of what was done within the limit is, too. `size`: how many points it moves. */
export async function isWithin(
  tx: Ctx,
  of: Move,
  limit: number | null,
  size = of.points < 0n ? -of.points : of.points,
): Promise<boolean> {
  if (limit === null) return true;
  const sides = of.toContactId === null ? [of.contactId] : [of.contactId, of.toContactId];
  const { programId } = of;
  // The wallets are locked before anything is counted: two at once would both find room.
  await post(
    tx,
    sides.map((contactId) => ({ contactId, programId, kind: 'sweep', key: '', holds: true, activate: true })),
  );
  if (await isKeyUsed(tx, of.contactId, walletIdOf(of), of.key)) return true;
  for (const side of sides) if (size + (await movedToday(tx, side, programId)) > BigInt(limit)) return false;
  return true;
}

type Leaving = {
  contactId: string;
  programId: string;
  family: { ownerId: string; walletId: string };
  split: FamilyLeaveInput['split'];
  /** Of what can be spent, with an equal share. */
  share: bigint;
};

/**
 * What a member leaves to the others of what they brought, or takes of what others did, is given from one to another. 409
 * `adjustment_limit_reached` when that is more than one person moves alone.
 */
export async function mustLeaveWithin(tx: Ctx, leaving: Leaving): Promise<void> {
  const { contactId, programId, family, split, share } = leaving;
  if (split === 'own') return;
  const { adjustmentLimit } = programSettings.parse((await mustFind(tx, programId)).settings);
  const brought = await broughtBy(tx, contactId, family);
  const taken = split === 'equal' ? share : 0n;
  const size = brought > taken ? brought - taken : taken - brought;
  if (size === 0n) return;
  const given = { contactId, toContactId: family.ownerId, programId, key: '', points: size };
  if (!(await isWithin(tx, given, adjustmentLimit)))
    throw conflict(
      'adjustment_limit_reached',
      `${size} points would change hands, more than one person moves within a day. Let the member leave with what they brought, and transfer points: a second person approves it.`,
      'split',
    );
}
