import { may, authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import { cursorInstant, cursorText, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { visibleId } from '../ledger/store.views.ts';
import { pendingUntil } from '../programs/terms.ts';
import type { EarnPreview } from '../sales/ports.ts';
import { decide, knownOf, rulesFor } from './actions.settle.ts';
import type { Candidate } from './actions.settle.ts';
import type { AccrualView, Preview, PreviewInput } from './contract.ts';
import { saleOfCart, saleOfPriced } from './preview.ts';
import type { Sale } from './sale.ts';
import { listAccruals } from './store.accruals.ts';
import { membershipsOf } from './store.facts.ts';
import { hasOrders, PROMOTIONS } from './store.orders.ts';
import { liveRules } from './store.rules.ts';

/** What a cart would earn, and what has been earned. */

type Question = { programId: string; contactId: string; sale: Sale };

/** By the rules that orders of this moment earn by. Reads alone. */
async function earnsNow(
  ctx: Ctx,
  { programId, contactId, sale }: Question,
): Promise<Preview & { pending: boolean; limit: { most: number; desired: number } | null }> {
  const member = (await membershipsOf(ctx, [contactId])).find((one) => one.programId === programId);
  if (member === undefined) return { points: 0, member: false, rules: [], pending: false, limit: null };
  const now = ctx.clock.now();
  const rules = rulesFor(await liveRules(ctx, { types: ['amount', 'unit', 'order'] }), programId, now, false);
  const candidate: Candidate = {
    member,
    source: 'preview',
    what: { at: now, sale },
    rules,
    items: new Map(),
    orders:
      rules.some(({ definition }) => definition.conditions.firstOrder) && (await hasOrders(ctx, contactId))
        ? 1
        : 0,
    paid: sale.paid,
    promo: [],
  };
  const { earned, movements } = decide(candidate, await knownOf(ctx, [candidate]), now);
  const own = pendingUntil(member.settings.pending, now, member.zone) !== null;
  const pending = movements.some(
    (one) => one.kind === 'accrue' && (one.pending === undefined ? own : one.pending !== 'none'),
  );
  const most = member.settings.maxPointsPerOrder;
  const cut = earned.rules.filter(({ why }) => why === 'cap_program');
  const lost = cut.reduce((sum, { points, had }) => sum + (had ?? points) - points, 0);
  const points = Number(earned.points);
  const limit = most === null || lost === 0 ? null : { most, desired: points + lost };
  return { points, member: true, rules: earned.rules, pending, limit };
}

/** For quotes, whose verbs have authorised their caller; null for who is no member. */
export const earnPreview: EarnPreview = async (ctx, { contactId, programId, priced, lines, channel }) => {
  const sale = saleOfPriced(priced, lines, {
    baseCurrency: ctx.config.baseCurrency,
    channel,
    promotions: PROMOTIONS,
  });
  const { points, member, pending, limit } = await earnsNow(ctx, { programId, contactId, sale });
  return member ? { points, pending, limit } : null;
};

/** A cart at the shop's own prices. Throws 404 contact_not_found. */
export async function previewCart(ctx: Ctx, input: PreviewInput): Promise<Preview> {
  if (!may(ctx, 'loyalty:sell')) authorise(ctx, 'loyalty:read');
  const sale = saleOfCart(input.cart, ctx.config.baseCurrency, input.pointsPaidMinor);
  const contactId = await mustSee(ctx, input.contactId);
  const { points, member, rules } = await earnsNow(ctx, { programId: input.programId, contactId, sale });
  return { points, member, rules };
}

/** What a contact has earned, newest first. */
export async function accruals(
  ctx: Ctx,
  contactId: string,
  query: { limit: number; cursor?: string | undefined },
): Promise<Page<AccrualView>> {
  authorise(ctx, 'loyalty:read');
  const id = await mustSee(ctx, contactId);
  const found = await listAccruals(ctx, id, { limit: query.limit + 1, before: beforeOf(query.cursor) });
  const page = toPage(found, query.limit, ({ occurredAt, source }) => [occurredAt.toISOString(), source]);
  return {
    ...page,
    items: page.items.map((row) => ({
      programId: row.programId,
      source: row.source,
      earned: Number(row.earned),
      kept: Number(row.kept),
      occurredAt: row.occurredAt.toISOString(),
      settledAt: row.settledAt.toISOString(),
      rules: row.rules.map(({ ruleId, version, points, desired, why, needed, had }) => ({
        ruleId,
        version,
        points,
        desired,
        why,
        needed,
        had,
      })),
    })),
  };
}

function beforeOf(cursor: string | undefined): { at: Date; source: string } | undefined {
  if (cursor === undefined) return undefined;
  const [at, source] = decodeCursor(cursor, 2);
  return { at: cursorInstant(at), source: cursorText(source) };
}

async function mustSee(ctx: Ctx, contactId: string): Promise<string> {
  const id = await visibleId(ctx, contactId);
  if (id === null) throw notFound('contact', contactId);
  return id;
}
