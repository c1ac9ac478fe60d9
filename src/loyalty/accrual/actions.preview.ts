import { may, authorise } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { notFound } from '../../core/errors.ts';
import { cursorInstant, cursorText, decodeCursor, toPage } from '../../core/paging.ts';
import type { Page } from '../../core/paging.ts';
import { visibleId } from '../ledger/store.views.ts';
import { pendingUntil } from '../programs/terms.ts';
import type { EarnPreview } from '../sales/ports.ts';
import { settled } from '../sales/settled.ts';
import { decide, knownOf, rulesFor } from './actions.settle.ts';
import type { Candidate, Known } from './actions.settle.ts';
import type { AccrualView, Preview, PreviewInput } from './contract.ts';
import { saleOfCart, saleOfPriced } from './preview.ts';
import type { Sale } from './sale.ts';
import { listAccruals } from './store.accruals.ts';
import { membershipsOf } from './store.facts.ts';
import { hasOrders, PROMOTIONS } from './store.orders.ts';
import { liveRules } from './store.rules.ts';

/** What a cart would earn, and what has been earned. */

type Limit = { most: number; desired: number } | null;
type Judge = (programId: string, sale: Sale) => Preview & { pending: boolean; limit: Limit };
const EARNS_NOTHING = { points: 0, member: false, rules: [], pending: false, limit: null };

/** By the rules that orders of this moment earn by. Reads what concerns the buyer; what it gives back judges any sale of theirs. */
async function judgeOf(ctx: Ctx, contactId: string): Promise<Judge> {
  const now = ctx.clock.now();
  const [members, live] = await settled([
    membershipsOf(ctx, [contactId]),
    liveRules(ctx, { types: ['amount', 'unit', 'order'] }),
  ]);
  const buyers = members.map((member) => ({
    member,
    rules: rulesFor(live, member.programId, now, false),
  }));
  const asksForOrders = buyers.some(({ rules }) =>
    rules.some(({ definition }) => definition.conditions.firstOrder),
  );
  const candidates = buyers.map((buyer): Candidate => ({
    ...NOTHING_BOUGHT,
    ...buyer,
    what: { at: now, sale: null },
  }));
  const [known, orders] =
    candidates.length === 0
      ? [null, 0]
      : await settled([
          knownOf(ctx, candidates),
          asksForOrders ? hasOrders(ctx, contactId).then(Number) : Promise.resolve(0),
        ]);
  return (programId, sale) => {
    const candidate = candidates.find(({ member }) => member.programId === programId);
    if (candidate === undefined || known === null) return EARNS_NOTHING;
    const bought = { ...candidate, what: { at: now, sale }, paid: sale.paid, orders };
    const { earned, movements } = decide(bought, forOne(known), now);
    const own = pendingUntil(candidate.member.settings.pending, now, candidate.member.zone) !== null;
    const pending = movements.some(
      (one) => one.kind === 'accrue' && (one.pending === undefined ? own : one.pending !== 'none'),
    );
    const points = Number(earned.points);
    const limit = limitOf(earned.rules, points, candidate.member.settings.maxPointsPerOrder);
    return { points, member: true, rules: earned.rules, pending, limit };
  };
}

/** What the program's most for one order cut, where it did. */
function limitOf(rules: Preview['rules'], points: number, most: number | null): Limit {
  const cut = rules.filter(({ why }) => why === 'cap_program');
  const lost = cut.reduce((sum, { points: kept, had }) => sum + (had ?? kept) - kept, 0);
  return most === null || lost === 0 ? null : { most, desired: points + lost };
}

const NOTHING_BOUGHT = {
  source: 'preview',
  items: new Map<string, string>(),
  orders: 0,
  paid: 0n,
  promo: [],
};

/** Deciding notes what was earned; one sale that is tried must not count for the next. */
const forOne = (known: Known): Known => ({
  ...known,
  past: new Map(known.past),
  balances: new Map(known.balances),
});

/** For quotes, whose verbs have authorised their caller. */
export const earnPreview: EarnPreview = async (ctx, contactId) => {
  const judge = await judgeOf(ctx, contactId);
  return ({ programId, priced, lines, channel }) => {
    const sale = saleOfPriced(priced, lines, {
      baseCurrency: ctx.config.baseCurrency,
      channel,
      promotions: PROMOTIONS,
    });
    const { points, member, pending, limit } = judge(programId, sale);
    return member ? { points, pending, limit } : null;
  };
};

/** A cart at the shop's own prices. Throws 404 contact_not_found. */
export async function previewCart(ctx: Ctx, input: PreviewInput): Promise<Preview> {
  if (!may(ctx, 'loyalty:sell')) authorise(ctx, 'loyalty:read');
  const sale = saleOfCart(input.cart, ctx.config.baseCurrency, input.pointsPaidMinor);
  const contactId = await mustSee(ctx, input.contactId);
  const { points, member, rules } = (await judgeOf(ctx, contactId))(input.programId, sale);
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
