import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { openProgram } from '../programs/actions.ts';
import { lotExpiry, pendingUntil, walletExpiry } from '../programs/terms.ts';
import { check } from './actions.rules.ts';
import type { EarningExample, ExampleInput } from './contract.example.ts';
import { exampleOf } from './example.ts';

/** What a rule as it is being written would give, and when. 404 program_not_found; 422 validation_failed as for one that is saved. */
export async function earningExample(
  ctx: Ctx,
  { programId, definition, orderMinor }: ExampleInput,
): Promise<EarningExample> {
  authorise(ctx, 'loyalty:read');
  const { currency, zone, settings } = await openProgram(ctx, programId);
  await check(ctx, definition);
  const now = ctx.clock.now();
  const pending = pendingUntil(definition.pending ?? settings.pending, now, zone);
  const event = pending?.event ?? null;
  const from = pending === null ? now : pending.at;
  const until =
    from === null
      ? null
      : (lotExpiry(settings.expiry, from, zone) ?? walletExpiry(settings.expiry, now, zone));
  return {
    definition,
    ...exampleOf(definition, { currency, orderMinor, now }),
    from: pending?.at?.toISOString() ?? null,
    event,
    until: until?.toISOString() ?? null,
  };
}
