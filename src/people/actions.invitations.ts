import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, DomainError, invalid, notFound } from '../core/errors.ts';
import { newId, newToken, sha256 } from '../core/ids.ts';
import { addMs, DAY_MS } from '../core/time.ts';
import { assertPlacement, managed } from './actions.ts';
import type {
  Accepted,
  AcceptInput,
  InvitationCreated,
  InvitationInput,
  InvitationPreview,
  InvitationView,
} from './contract.ts';
import { defaultVisibility } from './grants.ts';
import { hashPassword } from './password.ts';
import { deleteSessions, insertPerson, lockPerson, resetCredentials } from './store.ts';
import {
  claimInvitation,
  findInvitation,
  insertInvitation,
  listInvitations,
  revokeInvitation,
} from './store.invitations.ts';
import type { InvitationRow } from './store.invitations.ts';

/** A week: over a holiday, but not for ever in a mailbox. */
const VALID_MS = 7 * DAY_MS;

/** Whoever asks for it waits for it; a day covers another time zone. */
const RECOVERY_VALID_MS = DAY_MS;

/** Makes a link by which one person joins with this role. The link is in the answer and nowhere else. */
export async function invite(ctx: Ctx, input: InvitationInput): Promise<InvitationCreated> {
  authorise(ctx, 'people:write');
  const place = {
    role: input.role,
    teamId: input.teamId ?? null,
    visibility: input.visibility ?? defaultVisibility(input.role),
  };
  return inTx(ctx, async (tx) => {
    await assertPlacement(tx, place);
    const email = input.email ?? null;
    const made = await makeLink(tx, { ...place, email, userId: null }, VALID_MS);
    const details = { ...place, email };
    await audit(tx, { action: 'invitation.created', entity: 'invitation', entityId: made.id, details });
    return made;
  });
}

/**
 * Makes a link by which somebody who forgot their password or lost their second factor gets in again: opening it sets a new
 * password and takes the second factor away. For whoever may manage that person.
 */
export async function recover(ctx: Ctx, personId: string): Promise<InvitationCreated> {
  authorise(ctx, 'people:write');
  return inTx(ctx, async (tx) => {
    const person = await managed(tx, personId);
    if (person.deactivatedAt !== null) throw conflict('person_deactivated', 'Activate this person first.');
    const { id: userId, email, role, teamId, visibility } = person;
    const made = await makeLink(tx, { email, role, teamId, visibility, userId }, RECOVERY_VALID_MS);
    await audit(tx, { action: 'user.recovery_link_made', entity: 'user', entityId: userId });
    return made;
  });
}

async function makeLink(
  ctx: Ctx,
  offer: Pick<InvitationRow, 'email' | 'role' | 'teamId' | 'visibility' | 'userId'>,
  validMs: number,
): Promise<InvitationCreated> {
  const id = newId();
  const token = newToken();
  const createdAt = ctx.clock.now();
  const expiresAt = addMs(createdAt, validMs);
  const row = { ...offer, id, tokenHash: sha256(token), createdBy: ctx.actor.id, createdAt, expiresAt };
  await insertInvitation(ctx, row);
  return { id, url: `${ctx.config.publicUrl}/invite/${token}`, expiresAt: expiresAt.toISOString() };
}

export async function invitations(ctx: Ctx): Promise<InvitationView[]> {
  authorise(ctx, 'people:write');
  const now = ctx.clock.now();
  return (await listInvitations(ctx)).map((row) => ({
    id: row.id,
    email: row.email,
    role: row.role,
    teamId: row.teamId,
    visibility: row.visibility,
    recovery: row.userId !== null,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    state: stateOf(row, now),
  }));
}

export async function withdrawInvitation(ctx: Ctx, id: string): Promise<void> {
  authorise(ctx, 'people:write');
  await inTx(ctx, async (tx) => {
    const row = await revokeInvitation(tx, id);
    if (row === undefined) throw notFound('invitation', id);
    await assertPlacement(tx, row);
    await audit(tx, { action: 'invitation.revoked', entity: 'invitation', entityId: id });
  });
}

/** What the holder of a link sees. 404 for a token nobody made, 410 for one used, withdrawn or too old. Open to all. */
export async function previewInvitation(ctx: Ctx, token: string): Promise<InvitationPreview> {
  const row = await openInvitation(ctx, token);
  return {
    email: row.email,
    role: row.role,
    teamName: row.teamName,
    invitedBy: row.invitedBy ?? '',
    recovery: row.userId !== null,
    expiresAt: row.expiresAt.toISOString(),
  };
}

/**
 * Creates the invited person, or gives one who works here a new password (their name stays); either signs in at once with
 * the same email and password. Open to all who hold the link.
 */
export async function acceptInvitation(ctx: Ctx, token: string, input: AcceptInput): Promise<Accepted> {
  const row = await openInvitation(ctx, token);
  const email = row.email ?? input.email;
  if (email === undefined) throw invalid('email_required', 'Enter your email address.', 'email');
  if (input.email !== undefined && input.email !== email) {
    throw invalid('email_differs', 'This invitation is for another email address.', 'email');
  }
  // Hashing takes a tenth of a second: before the transaction, and only for a token that is real.
  const passwordHash = await hashPassword(input.password);
  return inTx(ctx, async (tx) => {
    const id = row.userId ?? newId();
    if (!(await claimInvitation(tx, row.id, id))) throw gone('accepted');
    const { role, teamId, visibility } = row;
    const acting: Ctx = {
      ...tx,
      actor: { kind: 'user', id, name: input.name, role, teamId, visibility },
    };
    if (row.userId === null) {
      const person = {
        id,
        accountId: newId(),
        name: input.name,
        email,
        passwordHash,
        role,
        teamId,
        visibility,
      };
      if (!(await insertPerson(tx, person))) {
        throw conflict('email_taken', 'Somebody works here with this email address already.', 'email');
      }
      await audit(acting, { action: 'invitation.accepted', entity: 'invitation', entityId: row.id });
    } else {
      // A link made for a manager must not open the account of the owner they have become.
      const person = await lockPerson(tx, id);
      if (person?.role !== role || person.deactivatedAt !== null) throw gone('revoked');
      await resetCredentials(tx, id, passwordHash);
      await deleteSessions(tx, id);
      await audit(acting, { action: 'user.recovered', entity: 'user', entityId: id });
    }
    return { id, email, role };
  });
}

async function openInvitation(ctx: Ctx, token: string) {
  const row = await findInvitation(ctx, sha256(token));
  if (row === undefined) throw notFound('invitation');
  const state = stateOf(row, ctx.clock.now());
  if (state !== 'open') throw gone(state);
  return row;
}

function stateOf(row: InvitationRow, now: Date): InvitationView['state'] {
  if (row.acceptedAt !== null) return 'accepted';
  if (row.revokedAt !== null) return 'revoked';
  return row.expiresAt <= now ? 'expired' : 'open';
}

const GONE = {
  accepted: 'This invitation has been used already.',
  revoked: 'This invitation has been withdrawn.',
  expired: 'This invitation is too old. Ask for a new one.',
} as const;

function gone(state: keyof typeof GONE): DomainError {
  return new DomainError({ code: `invitation_${state}`, status: 410, detail: GONE[state] });
}
