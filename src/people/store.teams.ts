import { and, asc, count, eq, isNull } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import type { Team } from './contract.ts';
import { appUser, invitation, team } from './schema.ts';
import type { TeamNode } from './grants.ts';

export async function listTeams(ctx: Ctx): Promise<Team[]> {
  return ctx.db
    .select({ id: team.id, name: team.name, parentId: team.parentId, members: count(appUser.id) })
    .from(team)
    .leftJoin(appUser, and(eq(appUser.teamId, team.id), isNull(appUser.deactivatedAt)))
    .groupBy(team.id)
    .orderBy(asc(team.name));
}

export async function teamTree(ctx: Ctx): Promise<TeamNode[]> {
  return ctx.db.select({ id: team.id, parentId: team.parentId }).from(team);
}

/** All teams, locked: two moves at the same moment could otherwise make a circle together. */
export async function lockTeams(ctx: Ctx): Promise<TeamNode[]> {
  return ctx.db
    .select({ id: team.id, parentId: team.parentId })
    .from(team)
    .orderBy(asc(team.id))
    .for('update');
}

export async function insertTeam(
  ctx: Ctx,
  row: { id: string; name: string; parentId: string | null },
): Promise<void> {
  const now = ctx.clock.now();
  await ctx.db.insert(team).values({ ...row, createdAt: now, updatedAt: now });
}

export async function updateTeam(
  ctx: Ctx,
  id: string,
  change: { name?: string | undefined; parentId?: string | null | undefined },
): Promise<void> {
  await ctx.db
    .update(team)
    .set({ ...change, updatedAt: ctx.clock.now() })
    .where(eq(team.id, id));
}

/** Deactivated people and old invitations let go of the team; active people or teams below keep it (false). */
export async function deleteTeam(ctx: Ctx, id: string): Promise<boolean> {
  const busy = await ctx.db
    .select({ id: appUser.id })
    .from(appUser)
    .where(and(eq(appUser.teamId, id), isNull(appUser.deactivatedAt)))
    .limit(1);
  const below = await ctx.db.select({ id: team.id }).from(team).where(eq(team.parentId, id)).limit(1);
  if (busy.length + below.length > 0) return false;
  await ctx.db.update(appUser).set({ teamId: null }).where(eq(appUser.teamId, id));
  await ctx.db.update(invitation).set({ teamId: null }).where(eq(invitation.teamId, id));
  await ctx.db.delete(team).where(eq(team.id, id));
  return true;
}
