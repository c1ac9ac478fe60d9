import { may } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import { programSettings } from './contract.ts';

type Limited = { adjustmentLimit: number | null };

/**
 * Whoever a limit binds does not lift it: more by hand without a second person is allowed by those who also decide what people may do
 * (`people:write`). Without `before` a new program is meant. Throws 403 `adjustment_limit_of_owner`.
 */
export function mustNotLiftLimit(ctx: Ctx, next: Limited, before: Limited = programSettings.parse({})): void {
  const was = before.adjustmentLimit ?? Number.POSITIVE_INFINITY;
  const becomes = next.adjustmentLimit ?? Number.POSITIVE_INFINITY;
  if (becomes <= was || may(ctx, 'people:write')) return;
  throw new DomainError({
    code: 'adjustment_limit_of_owner',
    status: 403,
    detail: `Only the owner raises this limit above ${was}, or removes it.`,
    at: 'settings.adjustmentLimit',
  });
}
