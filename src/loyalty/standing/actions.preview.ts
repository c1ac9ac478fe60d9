import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { newId } from '../../core/ids.ts';
import { minorToWire } from '../../core/money.ts';
import { openProgram } from '../programs/actions.ts';
import { withIds } from './actions.ladders.ts';
import { reckonMembers } from './actions.review.ts';
import type { LadderPreview, LadderPreviewInput, LadderRules } from './contract.tiers.ts';
import { directionOf } from './reckon.ts';
import { countMembers, laddersInForce, someMembers } from './store.ladders.ts';
import type { Ladder } from './store.ladders.ts';
import { loadStandings } from './store.standing.ts';

/** What rules would do to the members there are, before they are in force: the same reckoning, and nothing is written. */

/** Looked at in all; of more members a fair part, so that whoever edits a ladder does not wait. */
const MOST_LOOKED_AT = 6_000;
const BATCH = 500;
/** The best half, fifth and twentieth: where people like to put tiers. */
const MARKS = [50, 20, 5];

type Placed = { tierId: string | null; before: string | null; figure: bigint };

/** 404 for an unknown program, 409 `program_archived`, 422 `tier_unknown` for an id that is no tier of the present ladder. */
export async function previewLadder(ctx: Ctx, input: LadderPreviewInput): Promise<LadderPreview> {
  authorise(ctx, 'loyalty:read');
  const { programId, ...rest } = input;
  const { zone, currency } = await openProgram(ctx, programId);
  const inForce = (await laddersInForce(ctx)).find((one) => one.programId === programId);
  const present = inForce?.versions.at(-1);
  const rules = withIds(rest, new Set(present?.rules.tiers.map(({ id }) => id)));
  const next = { version: (present?.version ?? 0) + 1, from: ctx.clock.now(), rules };
  const ladder: Ladder =
    inForce === undefined
      ? { ladderId: newId(), programId, zone, isOpen: true, currency, versions: [next] }
      : { ...inForce, versions: [...inForce.versions, next] };
  const members = await countMembers(ctx, programId);
  const every = Math.max(1, Math.ceil(members / MOST_LOOKED_AT));
  const placed = await place(ctx, ladder, await someMembers(ctx, programId, every));
  return summary(rules, placed, members);
}

async function place(ctx: Ctx, ladder: Ladder, contactIds: readonly string[]): Promise<Placed[]> {
  const now = ctx.clock.now();
  const placed: Placed[] = [];
  for (let from = 0; from < contactIds.length; from += BATCH) {
    const standings = await loadStandings(ctx, contactIds.slice(from, from + BATCH));
    for (const { standing, reckoned } of await reckonMembers(ctx, standings, [ladder], now, 'ladder'))
      placed.push({
        tierId: reckoned.state.tierId,
        before: standing.kept?.ladderId === ladder.ladderId ? standing.kept.state.tierId : null,
        figure: reckoned.figure,
      });
  }
  return placed;
}

function summary(rules: LadderRules, placed: readonly Placed[], members: number): LadderPreview {
  const ofAll = (part: number): number =>
    placed.length === 0 ? 0 : Math.round((part * members) / placed.length);
  const count = (fits: (one: Placed) => boolean): number => ofAll(placed.filter(fits).length);
  const moves = placed.filter(({ before, tierId }) => before !== tierId);
  const ways = moves.map(({ before, tierId }) => directionOf(rules, before, tierId));
  return {
    members,
    looked: placed.length,
    tiers: [{ id: null, name: null }, ...rules.tiers].map(({ id, name }) => ({
      id,
      name,
      members: count(({ tierId }) => tierId === id),
      before: count(({ before }) => before === id),
    })),
    up: ofAll(ways.filter((way) => way === 'up').length),
    down: ofAll(ways.filter((way) => way === 'down').length),
    marks: marksOf(placed.map(({ figure }) => figure)),
  };
}

function marksOf(figures: readonly bigint[]): LadderPreview['marks'] {
  const some = figures.filter((figure) => figure > 0n).toSorted((a, b) => (a < b ? 1 : a > b ? -1 : 0));
  return MARKS.flatMap((percent) => {
    const figure = some[Math.ceil((some.length * percent) / 100) - 1];
    return figure === undefined ? [] : [{ percent, figure: minorToWire(figure) }];
  });
}
