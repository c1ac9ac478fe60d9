import { authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { minorToWire } from '../../core/money.ts';
import { cursorId, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { mustFind as mustFindProgram } from '../programs/actions.ts';
import { addMonths, startOfDay } from '../programs/calendar.ts';
import { placeOf } from './actions.assign.ts';
import { mustFindLadder } from './actions.ladders.ts';
import type {
  MembersQuery,
  MemberStanding,
  MovementList,
  MovementQuery,
  MovesQuery,
  MoveView,
  TierBoard,
} from './contract.tiers.ts';
import { rulesOf } from './store.ladders.ts';
import { membersOf, movementsOf, movesOf, tierSizes } from './store.report.ts';
import type { Choice, Span } from './store.report.ts';

/** The board of a ladder: how many stand where, and who moved. */

export async function board(ctx: Ctx, ladderId: string): Promise<TierBoard> {
  authorise(ctx, 'loyalty:read');
  const row = await mustFindLadder(ctx, ladderId);
  const { tiers } = await rulesOf(ctx, row);
  const sizes = await tierSizes(ctx, ladderId);
  return {
    ladderId,
    building: row.buildAfter !== null,
    tiers: [{ id: null, name: null }, ...tiers].map(({ id, name }) => ({
      tierId: id,
      name,
      members: sizes.get(id) ?? 0,
    })),
  };
}

/** Moves between tiers by month of the program's zone. */
export async function movements(
  ctx: Ctx,
  ladderId: string,
  query: MovementQuery,
): Promise<MovementList['items']> {
  authorise(ctx, 'loyalty:read');
  const zone = await zoneOf(ctx, ladderId);
  return movementsOf(ctx, ladderId, zone, spanOf(query.from, query.to, zone));
}

async function zoneOf(ctx: Ctx, ladderId: string): Promise<string> {
  const { programId } = await mustFindLadder(ctx, ladderId);
  return (await mustFindProgram(ctx, programId)).zone;
}

const spanOf = (from: string, to: string, zone: string): Span => ({
  from: startOfDay(`${from}-01`, zone),
  to: startOfDay(addMonths(`${to}-01`, 1), zone),
});

const choiceOf = (tier: string | undefined): Choice => (tier === 'none' ? null : tier);

export async function moves(ctx: Ctx, ladderId: string, query: MovesQuery): Promise<Page<MoveView>> {
  authorise(ctx, 'loyalty:read');
  const zone = await zoneOf(ctx, ladderId);
  const found = await movesOf(
    ctx,
    {
      ladderId,
      span: query.month === undefined ? null : spanOf(query.month, query.month, zone),
      from: choiceOf(query.fromTierId),
      to: choiceOf(query.toTierId),
    },
    { after: placeOf(query.cursor), limit: query.limit + 1 },
  );
  const { items, nextCursor } = toPage(found, query.limit, (row) => [row.occurredAt.toISOString(), row.id]);
  return {
    items: items.map((row) => ({
      ...row,
      basis: minorToWire(row.basis),
      occurredAt: row.occurredAt.toISOString(),
    })),
    nextCursor,
  };
}

export async function ladderMembers(
  ctx: Ctx,
  ladderId: string,
  query: MembersQuery,
): Promise<Page<MemberStanding>> {
  authorise(ctx, 'loyalty:read');
  await mustFindLadder(ctx, ladderId);
  const after = query.cursor === undefined ? null : cursorId(decodeCursor(query.cursor, 1)[0]);
  const found = await membersOf(
    ctx,
    { ladderId, tier: choiceOf(query.tierId) },
    { after, limit: query.limit + 1 },
  );
  const { items, nextCursor } = toPage(found, query.limit, ({ contactId }) => [contactId]);
  return {
    items: items.map((row) => ({
      ...row,
      since: row.since.toISOString(),
      basis: minorToWire(row.basis),
      missing: row.missing === null ? null : minorToWire(row.missing),
      graceUntil: row.graceUntil?.toISOString() ?? null,
    })),
    nextCursor,
  };
}
