import type { Ctx } from '../../core/ctx.ts';

/**
 * What else happens at night: after points have become spendable, and after what is over has expired. A hook works in batches of its
 * own, may be killed anywhere and is called again until it returns.
 */
export type NightHook = (
  ctx: Ctx,
  night: { programId: string; day: string; after: 'activate' | 'expire' },
  signal: AbortSignal,
) => Promise<void>;

const hooks = new Map<string, NightHook>();

/** Adds a hook; a second one of the same name replaces the first. */
export function registerNightHook(name: string, hook: NightHook): void {
  hooks.set(name, hook);
}

export const nightHooks = (): NightHook[] => [...hooks.values()];
