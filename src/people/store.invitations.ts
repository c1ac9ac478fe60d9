import { and, desc, eq, gt, isNull } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import type { Role, Visibility } from '../core/rights.ts';
import { appUser, invitation, team } from './schema.ts';

export type InvitationRow = typeof invitation.$inferSelect & { role: Role; visibility: Visibility };

/** Older invitations are history for the audit log, not for the list. */
const MAX_LISTED = 200;

export async function insertInvitation(
  ctx: Ctx,
  row: Omit<InvitationRow, 'acceptedAt' | 'acceptedBy' | 'revokedAt'>,
): Promise<void> {
  await ctx.db.insert(invitation).values(row);
}

export async function listInvitations(ctx: Ctx): Promise<InvitationRow[]> {
  const found = await ctx.db
    .select()
    .from(invitation)
    .orderBy(desc(invitation.createdAt), desc(invitation.id))
    .limit(MAX_LISTED);
  return found as InvitationRow[];
}

export async function findInvitation(
  ctx: Ctx,
  tokenHash: string,
): Promise<(InvitationRow & { teamName: string | null; invitedBy: string | null }) | undefined> {
  const [found] = await ctx.db
    .select({ row: invitation, teamName: team.name, invitedBy: appUser.name })
    .from(invitation)
    .leftJoin(team, eq(team.id, invitation.teamId))
    .leftJoin(appUser, eq(appUser.id, invitation.createdBy))
    .where(eq(invitation.tokenHash, tokenHash));
  if (found === undefined) return undefined;
  return { ...(found.row as InvitationRow), teamName: found.teamName, invitedBy: found.invitedBy };
}

const open = (ctx: Ctx) =>
  and(isNull(invitation.acceptedAt), isNull(invitation.revokedAt), gt(invitation.expiresAt, ctx.clock.now()));

/** Takes an open invitation; of two at the same moment one gets true. */
export async function claimInvitation(ctx: Ctx, id: string, acceptedBy: string): Promise<boolean> {
  const claimed = await ctx.db
    .update(invitation)
    .set({ acceptedAt: ctx.clock.now(), acceptedBy })
    .where(and(eq(invitation.id, id), open(ctx)))
    .returning({ id: invitation.id });
  return claimed.length > 0;
}

export async function revokeInvitation(ctx: Ctx, id: string): Promise<InvitationRow | undefined> {
  const [revoked] = await ctx.db
    .update(invitation)
    .set({ revokedAt: ctx.clock.now() })
    .where(and(eq(invitation.id, id), open(ctx)))
    .returning();
  return revoked as InvitationRow | undefined;
}
