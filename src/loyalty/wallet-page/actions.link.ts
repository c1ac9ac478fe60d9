import { audit } from '../../core/audit.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { conflict, DomainError } from '../../core/errors.ts';
import { secretOf } from '../../core/sign.ts';
import { addMs } from '../../core/time.ts';
import { mustSee } from '../ledger/actions.views.ts';
import { authoriseSell, memberships } from '../programs/actions.members.ts';
import { mustBePresent } from '../programs/actions.presence.ts';
import type { WalletLink } from './contract.ts';
import { moveEpoch, personOf } from './store.ts';
import type { Person } from './store.ts';
import { walletLinks } from './token.ts';

/** Links to members' pages: made, opened, revoked. */

/**
 * The address of a contact's page in a program, good for 90 days; null for who is no member. For templates of messages and verbs of
 * this module, who have authorised their caller.
 */
export async function walletLinkOf(
  ctx: Ctx,
  contactId: string,
  programId: string,
): Promise<WalletLink | null> {
  const person = await personOf(ctx, contactId, programId);
  if (person === undefined || !(await isMember(ctx, person.contactId, programId))) return null;
  return linkOf(ctx, person, programId);
}

function linkOf(ctx: Ctx, { contactId, validFrom }: Person, programId: string): WalletLink {
  const now = ctx.clock.now();
  // One made in the instant of a revocation belongs to those after it.
  const madeAt = validFrom !== null && validFrom > now ? validFrom : now;
  const { token, expiresAt } = walletLinks(secretOf(ctx.config)).make({ contactId, programId, madeAt });
  return { url: `${ctx.config.publicUrl}/w/${token}`, expiresAt: expiresAt.toISOString() };
}

/** For staff and shops whose customers sign in: the page spends points and shows the card. 403 proof_needed; 404 contact_not_found; 409 not_a_member. */
export async function makeWalletLink(ctx: Ctx, contactId: string, programId: string): Promise<WalletLink> {
  authoriseSell(ctx);
  const id = await mustSee(ctx, contactId);
  await mustBePresent(ctx, { contactId: id, programId });
  const link = await walletLinkOf(ctx, id, programId);
  if (link === null) throw conflict('not_a_member', 'Only members have a page.');
  await audit(ctx, {
    action: 'wallet_link.made',
    entity: 'contact',
    entityId: id,
    details: { programId },
  });
  return link;
}

/** Voids every link made so far; gives a new one. 404 contact_not_found; 409 not_a_member. */
export async function revokeWalletLinks(ctx: Ctx, contactId: string, programId: string): Promise<WalletLink> {
  authoriseSell(ctx);
  return inTx(ctx, async (tx) => {
    const id = await mustSee(tx, contactId);
    await mustBePresent(tx, { contactId: id, programId });
    await moveEpoch(tx, id, programId, addMs(tx.clock.now(), 1));
    await audit(tx, {
      action: 'wallet_link.revoked',
      entity: 'contact',
      entityId: id,
      details: { programId },
    });
    const link = await walletLinkOf(tx, id, programId);
    if (link === null) throw conflict('not_a_member', 'Only members have a page.');
    return link;
  });
}

export type Holder = Person & { programId: string };

/**
 * Who a token stands for. 404 link_forged; 410 link_expired (too old, or revoked); 410 not_a_member (who has left since, or is
 * forgotten).
 */
export async function openWallet(ctx: Ctx, token: string): Promise<Holder> {
  const opened = walletLinks(secretOf(ctx.config)).read(token, ctx.clock.now());
  if (!opened.ok)
    throw opened.why === 'forged'
      ? stray('link_forged', 404, 'This link was not made here.')
      : stray('link_expired', 410, 'This link is too old.');
  const { contactId, programId, madeAt } = opened.ref;
  const person = await personOf(ctx, contactId, programId);
  if (person === undefined) throw stray('not_a_member', 410, 'There is no such member.');
  if (person.validFrom !== null && madeAt < person.validFrom)
    throw stray('link_expired', 410, 'This link was revoked.');
  if (!(await isMember(ctx, person.contactId, programId)))
    throw stray('not_a_member', 410, 'There is no such member.');
  return { ...person, programId };
}

const stray = (code: string, status: number, detail: string): DomainError =>
  new DomainError({ code, status, detail });

async function isMember(ctx: Ctx, contactId: string, programId: string): Promise<boolean> {
  const own = await memberships(forMember(ctx), contactId);
  return own.some((one) => one.programId === programId && one.state === 'active');
}

/** Who holds the link acts as the member: nobody's rights, and nobody else's page. */
export function forMember(ctx: Ctx): Ctx {
  return { ...ctx, actor: { kind: 'system', id: 'wallet-page', name: 'wallet page' } };
}
