import { audit } from '../core/audit.ts';
import { authorise, inTx } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { conflict, forbidden, invalid, notFound } from '../core/errors.ts';
import { newId } from '../core/ids.ts';
import type { Team, TeamInput, TeamPatch } from './contract.ts';
import { boundToTeams, subtree } from './grants.ts';
import type { TeamNode } from './grants.ts';
import { deleteTeam, insertTeam, listTeams, lockTeams, updateTeam } from './store.teams.ts';

export async function teams(ctx: Ctx): Promise<Team[]> {
  authorise(ctx, 'people:read');
  return listTeams(ctx);
}

export async function createTeam(ctx: Ctx, input: TeamInput): Promise<Team> {
  authorise(ctx, 'people:write');
  return inTx(ctx, async (tx) => {
    const parentId = input.parentId ?? null;
    const known = await lockTeams(tx);
    assertParent(known, parentId);
    assertWithin(tx, known, parentId);
    const id = newId();
    await insertTeam(tx, { id, name: input.name, parentId });
    await audit(tx, {
      action: 'team.created',
      entity: 'team',
      entityId: id,
      details: { name: input.name, parentId },
    });
    return viewOf(tx, id);
  });
}

/** Renames a team or moves it under another. 409 when it would come to stand below itself. */
export async function changeTeam(ctx: Ctx, id: string, patch: TeamPatch): Promise<Team> {
  authorise(ctx, 'people:write');
  return inTx(ctx, async (tx) => {
    const known = await lockTeams(tx);
    if (!known.some((team) => team.id === id)) throw notFound('team', id);
    assertWithin(tx, known, id);
    if (patch.parentId !== undefined) {
      assertParent(known, patch.parentId);
      assertWithin(tx, known, patch.parentId);
      if (patch.parentId !== null && subtree(known, id).has(patch.parentId)) {
        throw conflict('team_circle', 'A team cannot stand below itself.', 'parentId');
      }
    }
    await updateTeam(tx, id, patch);
    await audit(tx, { action: 'team.changed', entity: 'team', entityId: id, details: patch });
    return viewOf(tx, id);
  });
}

/** Deletes an empty team; 409 while active people or other teams are in it. */
export async function removeTeam(ctx: Ctx, id: string): Promise<void> {
  authorise(ctx, 'people:write');
  await inTx(ctx, async (tx) => {
    const known = await lockTeams(tx);
    if (!known.some((team) => team.id === id)) throw notFound('team', id);
    assertWithin(tx, known, id);
    if (!(await deleteTeam(tx, id))) {
      throw conflict('team_not_empty', 'Move the people and teams in this team elsewhere first.');
    }
    await audit(tx, { action: 'team.deleted', entity: 'team', entityId: id });
  });
}

function assertParent(known: readonly TeamNode[], parentId: string | null): void {
  if (parentId !== null && !known.some((team) => team.id === parentId)) {
    throw invalid('team_not_found', `No team "${parentId}".`, 'parentId');
  }
}

function assertWithin(ctx: Ctx, known: readonly TeamNode[], teamId: string | null): void {
  const { actor } = ctx;
  if (!boundToTeams(actor) || actor.kind !== 'user') return;
  if (teamId === null || !subtree(known, actor.teamId).has(teamId)) {
    throw forbidden('You may change only your own team and the teams below it.');
  }
}

async function viewOf(ctx: Ctx, id: string): Promise<Team> {
  const found = (await listTeams(ctx)).find((team) => team.id === id);
  if (found === undefined) throw notFound('team', id);
  return found;
}
