import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { appUser, team } from './schema.ts';

/**
 * SQL list of the user ids whose records belong to the actor's team: the actor, the members of their team and of all
 * teams below it, deactivated ones included (their clients do not vanish with them). Use as
 * `sql`${contact.ownerId} in ${teamMembersSql(ctx)}``; only for an actor with visibility "team".
 */
export function teamMembersSql(ctx: Ctx): SQL {
  const { actor } = ctx;
  const teamId = actor.kind === 'user' ? actor.teamId : null;
  // `union` (not `union all`) ends the walk even if a cycle of teams ever got into the table.
  return sql`(
    with recursive below (id) as (
      select ${team.id} from ${team} where ${team.id} = ${teamId}
      union
      select child.id from ${team} as child join below on child.parent_id = below.id
    )
    select ${appUser.id} from ${appUser}
    where ${appUser.id} = ${actor.id} or ${appUser.teamId} in (select id from below)
  )`;
}
