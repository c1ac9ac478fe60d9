import type { Ctx } from '../../core/ctx.ts';
import { programSettings } from './contract.ts';
import type { ProgramSettings } from './contract.ts';
import { findProgram, listPrograms } from './store.ts';

/**
 * Settings as they stand right now, for verbs of this module, who have authorised their caller; `programId` left out: of the only
 * program in service, as sales have it. Null: there is none, or they are several.
 */
export async function presentSettings(
  ctx: Ctx,
  programId: string | undefined,
): Promise<ProgramSettings | null> {
  if (programId !== undefined) {
    const named = await findProgram(ctx, programId);
    return named === undefined ? null : programSettings.parse(named.settings);
  }
  const [only, second] = (await listPrograms(ctx)).filter(({ state }) => state === 'active');
  return only === undefined || second !== undefined ? null : programSettings.parse(only.settings);
}
