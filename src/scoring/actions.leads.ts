import { authorise } from '../core/ctx.ts';
import type { Ctx } from '../core/ctx.ts';
import { notFound } from '../core/errors.ts';
import { cursorId, cursorNumber, decodeCursor, toPage } from '../core/paging.ts';
import type { Page } from '../core/paging.ts';
import type { Grade, LeadView, ScoreReason } from './contract.ts';
import { round, scoreOf } from './score.ts';
import * as store from './store.leads.ts';
import type { LeadRow } from './store.leads.ts';
import { ledgersOf, reasonsOf } from './store.ledger.ts';
import type { ReasonRow } from './store.ledger.ts';

/** Leads as people see them. */

/** Reasons shown beside a lead in a list; the card has them all. */
const TOP_REASONS = 5;
/** More causes than this nobody reads; those left out are the lightest. */
const MAX_REASONS = 1_000;

export async function listLeads(
  ctx: Ctx,
  query: {
    grade?: Grade | undefined;
    mine?: boolean | undefined;
    contactId?: string | undefined;
    limit: number;
    cursor?: string | undefined;
  },
): Promise<Page<LeadView>> {
  authorise(ctx, 'leads:read');
  const [score, contactId] = query.cursor === undefined ? [] : decodeCursor(query.cursor, 2);
  const after =
    query.cursor === undefined ? null : { score: cursorNumber(score), contactId: cursorId(contactId) };
  const ownerId = query.mine === true ? ctx.actor.id : undefined;
  const found = await store.listLeads(ctx, {
    grade: query.grade,
    ownerId,
    contactId: query.contactId,
    after,
    limit: query.limit + 1,
  });
  const page = toPage(found, query.limit, (row) => [row.score, row.contactId]);
  const items = await withReasons(ctx, page.items, { top: TOP_REASONS, all: false });
  return { items, nextCursor: page.nextCursor };
}

/** One lead with every cause: the answer to "why this score?". */
export async function explainLead(ctx: Ctx, contactId: string): Promise<LeadView> {
  authorise(ctx, 'leads:read');
  const found = await store.findLead(ctx, contactId);
  if (found === null) throw notFound('lead', contactId);
  const [view] = await withReasons(ctx, [found], { top: MAX_REASONS, all: true });
  if (view === undefined) throw notFound('lead', contactId);
  return view;
}

export async function countLeads(ctx: Ctx): Promise<Record<Grade, number>> {
  authorise(ctx, 'leads:read');
  return store.countByGrade(ctx);
}

/** Scores are computed from the ledger as of this moment, so that what is shown never lags behind decay. */
async function withReasons(
  ctx: Ctx,
  leads: readonly LeadRow[],
  which: { top: number; all: boolean },
): Promise<LeadView[]> {
  if (leads.length === 0) return [];
  const now = ctx.clock.now();
  const ids = leads.map((row) => row.contactId);
  const ledgers = await ledgersOf(ctx, ids, now);
  const reasons = await reasonsOf(ctx, ids, now, which);
  return leads.map((row) => ({
    ...row,
    ...scoreOf(ledgers.get(row.contactId)?.holdings ?? [], row.lastSignalAt, now),
    lastSignalAt: row.lastSignalAt?.toISOString() ?? null,
    hotSince: row.hotSince?.toISOString() ?? null,
    reasons: (reasons.get(row.contactId) ?? []).map(reasonView),
  }));
}

function reasonView({ contactId: _contactId, ...row }: ReasonRow): ScoreReason {
  return {
    ...row,
    pointsNow: round(row.pointsNow),
    counted: round(row.counted),
    occurredAt: row.occurredAt.toISOString(),
  };
}
