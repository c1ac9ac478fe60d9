import { RIGHTS, rightsOf } from '../core/rights.ts';
import type { Right, Role, Visibility } from '../core/rights.ts';
import type { Actor } from '../core/ctx.ts';

/** Nobody hands out more than they hold: neither rights, nor sight of the base, nor power over another team. */

const WIDTH: Readonly<Record<Visibility, number>> = { own: 0, team: 1, all: 2 };

/** What a new person of a role sees when the invitation does not say. */
export function defaultVisibility(role: Role): Visibility {
  return role === 'manager' ? 'own' : 'all';
}

export function rightsHeld(actor: Actor): readonly Right[] {
  if (actor.kind === 'system') return RIGHTS;
  if (actor.kind === 'user') return rightsOf(actor.role);
  return actor.kind === 'apiKey' ? actor.scopes : [];
}

/** May give this role to somebody, or change somebody who has it: holds every right of the role. */
export function mayGrantRole(actor: Actor, role: Role): boolean {
  const held = rightsHeld(actor);
  return rightsOf(role).every((right) => held.includes(right));
}

export function mayGrantVisibility(actor: Actor, wanted: Visibility): boolean {
  return actor.kind !== 'user' || WIDTH[wanted] <= WIDTH[actor.visibility];
}

/** The rights among `wanted` that the actor does not hold and so may not put into a key. */
export function rightsMissing(actor: Actor, wanted: readonly Right[]): Right[] {
  const held = rightsHeld(actor);
  return wanted.filter((right) => !held.includes(right));
}

/** A person who does not see all works only within their own team and the teams below it. */
export function boundToTeams(actor: Actor): boolean {
  return actor.kind === 'user' && actor.visibility !== 'all';
}

export type TeamNode = { id: string; parentId: string | null };

/** The team and all teams below it. */
export function subtree(teams: readonly TeamNode[], root: string | null): Set<string> {
  const found = new Set<string>();
  const open = root === null ? [] : [root];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    open.push(...teams.filter((team) => team.parentId === id).map((team) => team.id));
  }
  return found;
}
