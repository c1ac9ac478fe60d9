import { and, asc, desc, eq, sql } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { loyaltyProgram, loyaltyProgramVersion } from './schema.ts';

export type ProgramRow = typeof loyaltyProgram.$inferSelect;
type VersionRow = typeof loyaltyProgramVersion.$inferSelect;

/** Programs of one installation: a handful; lists need no pages. */
const MAX_PROGRAMS = 200;
const MAX_VERSIONS = 200;

export async function insertProgram(ctx: Ctx, row: ProgramRow): Promise<void> {
  await ctx.db.insert(loyaltyProgram).values(row);
  await keepVersion(ctx, row);
}

export async function findProgram(ctx: Ctx, programId: string): Promise<ProgramRow | undefined> {
  const [found] = await ctx.db.select().from(loyaltyProgram).where(eq(loyaltyProgram.programId, programId));
  return found;
}

export async function listPrograms(ctx: Ctx): Promise<ProgramRow[]> {
  return ctx.db.select().from(loyaltyProgram).orderBy(asc(loyaltyProgram.createdAt)).limit(MAX_PROGRAMS);
}

/** Writes the next version if the present one is still `row.version - 1`; false when somebody was faster. */
export async function updateProgram(ctx: Ctx, row: ProgramRow): Promise<boolean> {
  const changed = await ctx.db
    .update(loyaltyProgram)
    .set(row)
    .where(and(eq(loyaltyProgram.programId, row.programId), eq(loyaltyProgram.version, row.version - 1)))
    .returning({ version: loyaltyProgram.version });
  if (changed.length > 0) await keepVersion(ctx, row);
  return changed.length > 0;
}

async function keepVersion(ctx: Ctx, row: ProgramRow): Promise<void> {
  const { programId, version, name, settings, updatedAt } = row;
  await ctx.db
    .insert(loyaltyProgramVersion)
    .values({ programId, version, name, settings, changedBy: ctx.actor.name, changedAt: updatedAt });
}

export async function versionsOf(ctx: Ctx, programId: string): Promise<VersionRow[]> {
  return ctx.db
    .select()
    .from(loyaltyProgramVersion)
    .where(eq(loyaltyProgramVersion.programId, programId))
    .orderBy(desc(loyaltyProgramVersion.version))
    .limit(MAX_VERSIONS);
}

type RawTerms = { programId: string; version: number; zone: string; settings: unknown };

/** What movements need of programs. */
export async function readTerms(ctx: Ctx, programIds: readonly string[]): Promise<RawTerms[]> {
  return hotRows<RawTerms>(
    ctx.db,
    sql`select program_id as "programId", version, zone, settings from ${loyaltyProgram}
      where program_id = any(${`{${programIds.join(',')}}`}::uuid[])`,
  );
}
