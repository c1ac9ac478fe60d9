import type { Ctx } from './ctx.ts';

/** What things are called now, for lists that keep only their kind and id. Whoever knows all modules fills it in. */

type Thing = { entity: string; entityId: string };

/** Names by "entity id"; what has none, is gone, or is not for the actor to see, is missing. */
export type NamesOf = (ctx: Ctx, things: readonly Thing[]) => Promise<Map<string, string>>;

let known: NamesOf = () => Promise.resolve(new Map());

/** A second one replaces the first (tests register modules again and again). */
export function registerNames(namesOf: NamesOf): void {
  known = namesOf;
}

export const namesOf: NamesOf = (ctx, things) => known(ctx, things);
