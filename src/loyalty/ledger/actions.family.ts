import { audit } from '../../core/audit.ts';
import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { inTxUndisturbed } from '../../core/deadlock.ts';
import { conflict, notFound } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import { minorToWire } from '../../core/money.ts';
import { emit } from '../../core/outbox.ts';
import { openProgram } from '../programs/actions.ts';
import { dayOf } from '../programs/calendar.ts';
import { mustLeaveWithin } from './actions.limit.ts';
import { post } from './actions.post.ts';
import { walletIdOf } from './books.ts';
import type { FamilyCapInput, FamilyInput, FamilyLeaveInput, FamilyView } from './contract.ts';
import type { Owner, Sweep } from './movement.ts';
import {
  addMember,
  familyOf,
  holdsShared,
  membersOf,
  ownState,
  removeMember,
  setCap,
  sharesOf,
} from './store.family.ts';
import { mustSee } from './actions.views.ts';

/** Shared wallets: what a member brings goes in, everybody spends from it within their cap, who leaves gets what the rule says. */

/** Nobody's household is larger, and each member is a lock. */
const MAX_MEMBERS = 20;

const touch = (owner: Owner): Sweep => ({ ...owner, kind: 'sweep', key: '', holds: true, activate: true });

/**
 * Lets a contact share the wallet of `ownerId` (an owner joins as the first). 409 already_in_family, family_full, wallet_has_holds,
 * wallet_in_debt, family_not_found when the owner is in none.
 */
export async function joinFamily(ctx: Ctx, input: FamilyInput): Promise<FamilyView> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const { programId } = input;
    await openProgram(tx, programId);
    const [ownerId, contactId] = [await mustSee(tx, input.ownerId), await mustSee(tx, input.contactId)];
    const shared: Owner = { contactId: ownerId, programId, wallet: 'family' };
    await post(tx, [touch({ contactId, programId }), touch(shared)]);
    const walletId = walletIdOf(shared);
    const members = await membersOf(tx, ownerId, programId);
    if (ownerId !== contactId && !members.some((one) => one.contactId === ownerId))
      throw conflict('family_not_found', 'The owner of a shared wallet joins it first.');
    if (members.length >= MAX_MEMBERS)
      throw conflict('family_full', `A wallet is shared by ${MAX_MEMBERS} at most.`);
    const own = await ownState(tx, contactId, programId);
    if (own.shares) throw conflict('already_in_family', 'This contact shares a wallet already.');
    if (own.held > 0n) throw conflict('wallet_has_holds', 'An order that is under way holds points.');
    if (own.debt < 0n) throw conflict('wallet_in_debt', 'This contact owes points.');
    await post(tx, [
      {
        kind: 'transfer',
        contactId,
        programId,
        key: `family:${newId()}`,
        points: 0n,
        all: true,
        share: 'in',
        to: shared,
      },
    ]);
    await addMember(tx, { contactId, programId, ownerId, walletId, monthlyCap: input.monthlyCap });
    await emit(tx, 'wallet.shared', [{ contactIds: [...new Set([contactId, ownerId])] }]);
    await audit(tx, {
      action: 'points.family_joined',
      entity: 'contact',
      entityId: contactId,
      details: { ownerId },
    });
    return viewOf(tx, ownerId, programId);
  });
}

/** Changes what a member may spend in a month; what was spent in this one counts. 404 family_member_not_found. */
export async function capFamilyMember(ctx: Ctx, input: FamilyCapInput): Promise<FamilyView> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const { programId, monthlyCap } = input;
    const contactId = await mustSee(tx, input.contactId);
    const family = await familyOf(tx, contactId, programId);
    if (family === undefined || !(await setCap(tx, contactId, programId, monthlyCap)))
      throw notFound('family_member', contactId);
    await audit(tx, {
      action: 'points.family_capped',
      entity: 'contact',
      entityId: contactId,
      details: { ownerId: family.ownerId, monthlyCap },
    });
    return viewOf(tx, family.ownerId, programId);
  });
}

/**
 * Takes a contact out of a shared wallet. 404 family_member_not_found; 409 family_owner_stays while others share it, wallet_has_holds
 * while an order of the contact is under way, adjustment_limit_reached.
 */
export async function leaveFamily(ctx: Ctx, input: FamilyLeaveInput): Promise<FamilyView> {
  authorise(ctx, 'loyalty:write');
  return inTxUndisturbed(ctx, async (tx) => {
    const { programId } = input;
    const contactId = await mustSee(tx, input.contactId);
    await post(tx, [touch({ contactId, programId })]);
    const family = await familyOf(tx, contactId, programId);
    if (family === undefined) throw notFound('family_member', contactId);
    const { ownerId } = family;
    const shared: Owner = { contactId: ownerId, programId, wallet: 'family' };
    await post(tx, [touch(shared)]);
    const members = await membersOf(tx, ownerId, programId);
    if (ownerId === contactId && members.length > 1)
      throw conflict('family_owner_stays', 'The owner of a shared wallet leaves it last.');
    if (await holdsShared(tx, family))
      throw conflict('wallet_has_holds', 'An order that is under way holds points.');
    const { available } = await ownState(tx, ownerId, programId, 'family');
    const share = available / BigInt(members.length);
    if (members.length > 1)
      await mustLeaveWithin(tx, { contactId, programId, family, split: input.split, share });
    await removeMember(tx, family);
    await emit(tx, 'wallet.shared', [{ contactIds: [...new Set([contactId, ownerId])] }]);
    const key = `family:${newId()}`;
    const to: Owner = { contactId, programId };
    const give = { ...shared, kind: 'transfer', key, to, points: 0n } as const;
    if (members.length === 1) await post(tx, [{ ...give, all: true, share: 'any' }]);
    else if (input.split === 'own') await post(tx, [{ ...give, all: true, share: 'brought' }]);
    else if (input.split === 'equal' && share > 0n)
      await post(tx, [{ ...give, points: share, share: 'any' }]);
    else await post(tx, [{ ...give, all: true, share: 'none' }]);
    await audit(tx, {
      action: 'points.family_left',
      entity: 'contact',
      entityId: contactId,
      details: { ownerId, split: input.split },
    });
    return viewOf(tx, ownerId, programId);
  });
}

/** Who shares a wallet with this contact. 404 when it shares none. */
export async function getFamily(ctx: Ctx, contactId: string, programId: string): Promise<FamilyView> {
  authorise(ctx, 'loyalty:read');
  const id = await mustSee(ctx, contactId);
  const family = await familyOf(ctx, id, programId);
  if (family === undefined) throw notFound('family', contactId);
  return viewOf(ctx, family.ownerId, programId);
}

async function viewOf(ctx: Ctx, ownerId: string, programId: string): Promise<FamilyView> {
  const { zone } = await openProgram(ctx, programId);
  const month = dayOf(ctx.clock.now(), zone).slice(0, 7);
  const members = await membersOf(ctx, ownerId, programId);
  return {
    ownerId,
    programId,
    members: members.map((one) => ({
      contactId: one.contactId,
      name: one.name,
      monthlyCap: one.monthlyCap === null ? null : minorToWire(one.monthlyCap),
      spentThisMonth: one.spentMonth === month ? minorToWire(one.spent) : 0,
      joinedAt: one.joinedAt.toISOString(),
    })),
  };
}

/**
 * After merges and separations: who is in two shared wallets by then keeps one (their own first) and brings along there what they had
 * brought into the other, and what they had beside goes in.
 */
export async function settleShares(ctx: Ctx, contactIds: readonly string[]): Promise<void> {
  const kept = new Map<string, string>();
  for (const share of await sharesOf(ctx, contactIds)) {
    const { contactId, programId, ownerId } = share;
    const to: Owner = { contactId, programId };
    const name = `${contactId} ${programId}`;
    const one = kept.get(name);
    if (one === undefined) {
      kept.set(name, ownerId);
      continue;
    }
    if (one === ownerId) continue;
    await removeMember(ctx, share);
    const from: Owner = { contactId: ownerId, programId, wallet: 'family' };
    const key = `family:${newId()}`;
    await post(ctx, [
      touch(from),
      { ...from, kind: 'transfer', key, to, points: 0n, all: true, share: 'brought' },
    ]);
    await emit(ctx, 'wallet.shared', [{ contactIds: [...new Set([contactId, ownerId, one])] }]);
  }
  for (const name of kept.keys()) {
    const [contactId = '', programId = ''] = name.split(' ');
    await post(ctx, [touch({ contactId, programId })]);
  }
}

/** Whether a contact (its present id) shares a wallet; for verbs of this module. */
export async function sharesWallet(ctx: Ctx, contactId: string, programId: string): Promise<boolean> {
  return (await familyOf(ctx, contactId, programId)) !== undefined;
}
