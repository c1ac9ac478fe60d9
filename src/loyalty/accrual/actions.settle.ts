import type { Ctx } from '../../core/ctx.ts';
import { contactsMatching } from '../../segments/index.ts';
import { postMany } from '../ledger/actions.post.ts';
import type { Accrue, Movement } from '../ledger/movement.ts';
import { pendingUntil } from '../programs/terms.ts';
import { countsFrom, roomOf } from './caps.ts';
import type { Past } from './caps.ts';
import { earn, NO_ROOM } from './earn.ts';
import type { Earned, Happening, Rule } from './earn.ts';
import { keepAccruals, pastOf } from './store.accruals.ts';
import type { AccrualRow, Frozen, KeptRule } from './store.accruals.ts';
import { categoriesOf } from './store.facts.ts';
import type { Membership } from './store.facts.ts';
import type { LiveRule } from './store.rules.ts';

/** From what happened to movements of points: shared by orders, events and days. */

/** What somebody may earn for. */
export type Candidate = {
  member: Membership;
  source: string;
  what: Happening;
  rules: readonly Rule[];
  /** Of rules that earn once for each value of a property. */
  items: ReadonlyMap<string, string>;
  orders: number;
  paid: bigint;
  promo: readonly string[];
};

export type Settled = { row: AccrualRow; movements: Movement[] };

/** What members may ask for: known of all candidates at once. */
export type Known = {
  segments: ReadonlyMap<string, ReadonlySet<string>>;
  categories: ReadonlyMap<string, readonly string[]>;
  /** By contact and rule; grows with what is decided. */
  past: Map<string, Past[]>;
  /** By contact and program: what there is, with what is decided. */
  balances: Map<string, bigint>;
};

const of = (a: string, b: string): string => `${a} ${b}`;

/** Segments, categories and earlier earnings of these candidates, in as many statements whatever their number. */
export async function knownOf(ctx: Ctx, candidates: readonly Candidate[]): Promise<Known> {
  const contactIds = [...new Set(candidates.map(({ member }) => member.contactId))];
  const rules = candidates.flatMap((one) => one.rules);
  const asked = new Set(rules.flatMap(segmentsIn));
  const since = candidates.flatMap(({ rules: own, what, member }) =>
    own.flatMap((rule) => {
      const from = countsFrom(rule, what.at, member.zone);
      return from === undefined ? [] : [{ ruleId: rule.ruleId, from }];
    }),
  );
  const from = since.some((one) => one.from === null)
    ? null
    : new Date(Math.min(...since.map((one) => one.from?.getTime() ?? 0)));
  const segments = await contactsMatching(
    ctx,
    new Map([...asked].map((segmentId) => [segmentId, { type: 'segment' as const, segmentId }])),
    contactIds,
  );
  const categories = await categoriesOf(ctx, contactIds, ctx.clock.now());
  const past =
    since.length === 0
      ? []
      : await pastOf(ctx, contactIds, [...new Set(since.map(({ ruleId }) => ruleId))], from);
  return {
    segments,
    categories,
    past: Map.groupBy(past, ({ contactId, ruleId }) => of(contactId, ruleId)),
    balances: new Map(
      candidates.map(({ member }) => [of(member.contactId, member.programId), member.balance]),
    ),
  };
}

export const segmentsIn = ({ definition: { conditions, multipliers } }: Rule): string[] => [
  ...conditions.segments,
  ...conditions.notSegments,
  ...multipliers.flatMap((one) => one.segments),
];

/** Decides what a candidate earns, with all it was decided by; later candidates of the same contact see it. */
export function decide(candidate: Candidate, known: Known, now: Date): Settled & { earned: Earned } {
  const { member, source, what, rules } = candidate;
  const facts = factsOf(candidate, known);
  const rooms = new Map(
    rules.map((rule) => [
      rule.ruleId,
      roomOf(rule, {
        at: what.at,
        zone: member.zone,
        past: known.past.get(of(member.contactId, rule.ruleId)) ?? [],
        balance: known.balances.get(of(member.contactId, member.programId)) ?? 0n,
        item: candidate.items.get(rule.ruleId) ?? null,
      }),
    ]),
  );
  const earned = earn(rules, what, facts, (rule) => rooms.get(rule.ruleId) ?? NO_ROOM);
  const kept = earned.rules.map((trace): KeptRule => {
    const room = rooms.get(trace.ruleId) ?? NO_ROOM;
    return {
      ...trace,
      period: room.period === null ? null : Number(room.period),
      balance: room.balance === null ? null : Number(room.balance),
      item: trace.points > 0 ? (candidate.items.get(trace.ruleId) ?? null) : null,
    };
  });
  remember(candidate, known, kept, earned.points);
  const row: AccrualRow = {
    contactId: member.contactId,
    programId: member.programId,
    source,
    occurredAt: what.at,
    earned: earned.points,
    kept: earned.points,
    rules: kept,
    facts,
    settledAt: now,
  };
  return { row, movements: accrualsFor(candidate, kept, now), earned };
}

function factsOf({ member, orders, paid, promo, rules }: Candidate, known: Known): Frozen {
  const named = new Set(rules.flatMap(segmentsIn));
  return {
    tier: member.tier,
    tierFactor: member.tierFactor,
    segments: [...named].filter((id) => known.segments.get(id)?.has(member.contactId) === true),
    personCategories: [...(known.categories.get(member.contactId) ?? [])],
    orders,
    earnOnPointsPart: member.settings.earnOnPointsPart,
    maxPointsPerOrder: member.settings.maxPointsPerOrder,
    paid: String(paid),
    promo: [...promo],
  };
}

function remember(
  { member, what, rules }: Candidate,
  known: Known,
  kept: readonly KeptRule[],
  points: bigint,
): void {
  const wallet = of(member.contactId, member.programId);
  known.balances.set(wallet, (known.balances.get(wallet) ?? 0n) + points);
  const counted = new Set(
    rules.filter((rule) => countsFrom(rule, what.at, member.zone) !== undefined).map(({ ruleId }) => ruleId),
  );
  for (const { ruleId, points: own, item } of kept) {
    if (own === 0 || !counted.has(ruleId)) continue;
    const key = of(member.contactId, ruleId);
    const entry = { contactId: member.contactId, ruleId, at: what.at, points: BigInt(own), item };
    known.past.set(key, [...(known.past.get(key) ?? []), entry]);
  }
}

/** The reason in the ledger when the program's limit of an order has cut what a rule gives; the console has words for it. */
const ORDER_LIMIT = 'order_limit';

/** An accrual for each rule, all of one source: a return takes back from all of them together. */
function accrualsFor({ member, source, rules }: Candidate, kept: readonly KeptRule[], now: Date): Accrue[] {
  const byId = new Map(rules.map((rule) => [rule.ruleId, rule]));
  const cut = kept.some(({ why }) => why === 'cap_program');
  return kept
    .filter(({ points }) => points > 0)
    .map(({ ruleId, points }) => {
      const pending = byId.get(ruleId)?.definition.pending;
      return {
        kind: 'accrue',
        contactId: member.contactId,
        programId: member.programId,
        key: `${source}:${ruleId}`,
        source,
        ref: source,
        points: BigInt(points),
        ...(cut ? { reason: ORDER_LIMIT } : {}),
        ...(pending === undefined
          ? {}
          : { pending: pendingUntil(pending, now, member.zone) ?? ('none' as const) }),
      };
    });
}

/** What is left of an accrual when what it was earned for is `what` now: by its own rules, facts and caps. */
export function rest(row: AccrualRow, rules: readonly Rule[], what: Happening): Settled | null {
  const rooms = new Map(row.rules.map((one) => [one.ruleId, one]));
  const left = earn(rules, what, row.facts, ({ ruleId }) => {
    const kept = rooms.get(ruleId);
    return {
      once: kept?.why === 'once',
      period: kept === undefined || kept.period === null ? null : BigInt(kept.period),
      balance: kept === undefined || kept.balance === null ? null : BigInt(kept.balance),
    };
  });
  const keep = left.points < row.earned ? left.points : row.earned;
  if (keep >= row.kept) return null;
  const now = new Map(left.rules.map((one) => [one.ruleId, one]));
  const { contactId, programId, source } = row;
  return {
    row: { ...row, kept: keep, rules: row.rules.map((one) => ({ ...one, ...now.get(one.ruleId) })) },
    movements: [
      { kind: 'reduce', contactId, programId, key: `${source}:keep:${keep}`, source, keep, ref: source },
    ],
  };
}

/** Units the ledger takes at once. */
const UNITS = 1_000;

/** Books what was decided. What the ledger refuses (a wallet that is closed) is left as it was and told in the log. */
export async function book(ctx: Ctx, settled: readonly Settled[], tell: 'each' | 'grouped'): Promise<void> {
  for (let from = 0; from < settled.length; from += UNITS) {
    const part = settled.slice(from, from + UNITS);
    const moving = part.filter(({ movements }) => movements.length > 0);
    const outcomes = await postMany(
      ctx,
      moving.map(({ movements }) => movements),
      tell,
    );
    const refused = new Set<Settled>();
    for (const [i, outcome] of outcomes.entries()) {
      const one = moving[i];
      if (outcome.ok || one === undefined) continue;
      refused.add(one);
      ctx.log.warn(
        { source: one.row.source, programId: one.row.programId, code: outcome.error.code },
        'points were not moved',
      );
    }
    await keepAccruals(
      ctx,
      part.filter((one) => !refused.has(one)).map(({ row }) => ({ ...row, settledAt: ctx.clock.now() })),
    );
  }
}

/** Rules of the member's program that were in force when it happened. */
export const rulesFor = (
  rules: readonly LiveRule[],
  programId: string,
  at: Date,
  past: boolean,
): LiveRule[] =>
  rules.filter(
    (rule) =>
      rule.programId === programId && (rule.definition.historical || (!past && rule.launchedAt <= at)),
  );
