import { and, asc, count, eq, gt, ilike, isNotNull, isNull, or, sql } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import type { Role, Visibility } from '../core/rights.ts';
import { appUser, team, userAccount, userSession, userTwoFactor } from './schema.ts';

/** What the verbs need to know of a person to judge a change. */
export type PersonRow = typeof appUser.$inferSelect & { role: Role; visibility: Visibility };
export type PersonListRow = PersonRow & { teamName: string | null };

const asPerson = (row: typeof appUser.$inferSelect): PersonRow => row as PersonRow;

export async function listPeople(
  ctx: Ctx,
  filter: {
    search?: string | undefined;
    active?: boolean | undefined;
    after?: [string, string];
    limit: number;
  },
): Promise<PersonListRow[]> {
  const like = filter.search === undefined ? undefined : `%${filter.search.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const after = filter.after;
  const found = await ctx.db
    .select({ person: appUser, teamName: team.name })
    .from(appUser)
    .leftJoin(team, eq(team.id, appUser.teamId))
    .where(
      and(
        like === undefined ? undefined : or(ilike(appUser.name, like), ilike(appUser.email, like)),
        filter.active === undefined
          ? undefined
          : filter.active
            ? isNull(appUser.deactivatedAt)
            : isNotNull(appUser.deactivatedAt),
        after === undefined
          ? undefined
          : or(gt(appUser.name, after[0]), and(eq(appUser.name, after[0]), gt(appUser.id, after[1]))),
      ),
    )
    .orderBy(asc(appUser.name), asc(appUser.id))
    .limit(filter.limit);
  return found.map(({ person, teamName }) => ({ ...asPerson(person), teamName }));
}

export async function findPerson(ctx: Ctx, id: string): Promise<PersonListRow | undefined> {
  const [found] = await ctx.db
    .select({ person: appUser, teamName: team.name })
    .from(appUser)
    .leftJoin(team, eq(team.id, appUser.teamId))
    .where(eq(appUser.id, id));
  return found === undefined ? undefined : { ...asPerson(found.person), teamName: found.teamName };
}

/** The person's row, locked until the end of the transaction. */
export async function lockPerson(ctx: Ctx, id: string): Promise<PersonRow | undefined> {
  const [found] = await ctx.db.select().from(appUser).where(eq(appUser.id, id)).for('update');
  return found === undefined ? undefined : asPerson(found);
}

/**
 * Ids of the active owners, locked: of two owners who remove each other at the same moment the second one waits here and
 * then sees that the other is gone.
 */
export async function lockActiveOwners(ctx: Ctx): Promise<string[]> {
  const owners = await ctx.db
    .select({ id: appUser.id })
    .from(appUser)
    .where(and(eq(appUser.role, 'owner'), isNull(appUser.deactivatedAt)))
    .orderBy(asc(appUser.id))
    .for('update');
  return owners.map((owner) => owner.id);
}

/** Every start of the program may make the first owner: this lets one do it at a time, until the end of the transaction. */
export async function lockFirstStart(ctx: Ctx): Promise<void> {
  await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('people.first_start'))`);
}

export async function countPeople(ctx: Ctx): Promise<number> {
  const [found] = await ctx.db.select({ people: count() }).from(appUser);
  return found?.people ?? 0;
}

export type NewPerson = {
  id: string;
  accountId: string;
  name: string;
  email: string;
  passwordHash: string;
  role: Role;
  teamId: string | null;
  visibility: Visibility;
};

/** False when the email belongs to somebody already. */
export async function insertPerson(ctx: Ctx, person: NewPerson): Promise<boolean> {
  const now = ctx.clock.now();
  const { id, name, email, role, teamId, visibility } = person;
  const made = await ctx.db
    .insert(appUser)
    .values({ id, name, email, role, teamId, visibility, createdAt: now, updatedAt: now })
    .onConflictDoNothing({ target: appUser.email })
    .returning({ id: appUser.id });
  if (made.length === 0) return false;
  await ctx.db.insert(userAccount).values({
    id: person.accountId,
    userId: id,
    accountId: id,
    providerId: 'credential',
    password: person.passwordHash,
    createdAt: now,
    updatedAt: now,
  });
  return true;
}

export async function updatePerson(
  ctx: Ctx,
  id: string,
  change: Partial<Pick<PersonRow, 'name' | 'role' | 'teamId' | 'visibility' | 'deactivatedAt'>>,
): Promise<void> {
  await ctx.db
    .update(appUser)
    .set({ ...change, updatedAt: ctx.clock.now() })
    .where(eq(appUser.id, id));
}

/** Gives a person a new password and takes their second factor away: they have shown neither. */
export async function resetCredentials(ctx: Ctx, userId: string, passwordHash: string): Promise<void> {
  const now = ctx.clock.now();
  await ctx.db
    .update(userAccount)
    .set({ password: passwordHash, updatedAt: now })
    .where(and(eq(userAccount.userId, userId), eq(userAccount.providerId, 'credential')));
  await ctx.db.delete(userTwoFactor).where(eq(userTwoFactor.userId, userId));
  await ctx.db.update(appUser).set({ twoFactorEnabled: false, updatedAt: now }).where(eq(appUser.id, userId));
}

export type SessionRow = typeof userSession.$inferSelect;

export async function listSessions(ctx: Ctx, userId: string): Promise<SessionRow[]> {
  return ctx.db
    .select()
    .from(userSession)
    .where(and(eq(userSession.userId, userId), gt(userSession.expiresAt, ctx.clock.now())))
    .orderBy(asc(userSession.createdAt));
}

/** Signs a person out: everywhere, in one browser (`only`), or everywhere but one (`except`). Gives how many. */
export async function deleteSessions(
  ctx: Ctx,
  userId: string,
  which: { only?: string; except?: string } = {},
): Promise<number> {
  const gone = await ctx.db
    .delete(userSession)
    .where(
      and(
        eq(userSession.userId, userId),
        which.only === undefined ? undefined : eq(userSession.id, which.only),
        which.except === undefined ? undefined : sql`${userSession.id} <> ${which.except}`,
      ),
    )
    .returning({ id: userSession.id });
  return gone.length;
}
