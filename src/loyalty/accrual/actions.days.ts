import { holdContacts } from '../../contacts/index.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { NightHook } from '../ledger/hooks.ts';
import { endOfDay } from '../programs/calendar.ts';
import { book, decide, knownOf, rulesFor } from './actions.settle.ts';
import type { Candidate } from './actions.settle.ts';
import { daysKept } from './days.ts';
import { accrualsOf } from './store.accruals.ts';
import { anniversaries, birthdays } from './store.days.ts';
import { membershipsOf } from './store.facts.ts';
import type { Membership } from './store.facts.ts';
import { liveRules } from './store.rules.ts';
import type { LiveRule } from './store.rules.ts';

/** Birthdays, anniversaries of joining, and joining itself. */

const BATCH = 500;
const FIRST = '00000000-0000-0000-0000-000000000000';
const YEARLY = { birthday: birthdays, anniversary: anniversaries } as const;

/** Every night, those whose day it is or was within the week; once a year each. */
export const dayHook: NightHook = async (ctx, { programId, day, after }, signal) => {
  if (after !== 'activate') return;
  const kept = daysKept(day);
  for (const type of ['birthday', 'anniversary'] as const) {
    const rules = (await liveRules(ctx, { types: [type] })).filter((rule) => rule.programId === programId);
    let last = FIRST;
    while (rules.length > 0 && !signal.aborted) {
      const due = await YEARLY[type](ctx, { programId, days: [...kept.keys()], after: last, limit: BATCH });
      await inTx(ctx, (tx) =>
        settleDays(
          tx,
          rules,
          due.map((one) => ({ contactId: one.contactId, type, day: kept.get(one.day) ?? day })),
        ),
      );
      if (due.length < BATCH) break;
      last = due.at(-1)?.contactId ?? last;
    }
  }
};

/** Joining earns once for good, whoever leaves and comes back. */
export async function settleEnrolments(
  ctx: Ctx,
  joined: readonly { contactId: string; programId: string }[],
): Promise<void> {
  const programs = new Set(joined.map(({ programId }) => programId));
  const rules = (await liveRules(ctx, { types: ['enrolment'] })).filter(({ programId }) =>
    programs.has(programId),
  );
  if (rules.length === 0) return;
  await inTx(ctx, (tx) =>
    settleDays(
      tx,
      rules,
      joined.map(({ contactId }) => ({ contactId, type: 'enrolment' as const, day: null })),
    ),
  );
}

type Day = { contactId: string; type: 'birthday' | 'anniversary' | 'enrolment'; day: string | null };

async function settleDays(ctx: Ctx, rules: readonly LiveRule[], days: readonly Day[]): Promise<void> {
  if (days.length === 0) return;
  const present = await holdContacts(
    ctx,
    days.map(({ contactId }) => contactId),
    'alone',
  );
  const members = await membershipsOf(ctx, [...new Set(present.values())]);
  const candidates = days.flatMap((one) =>
    members
      .filter(({ contactId }) => contactId === present.get(one.contactId))
      .flatMap((member) => candidateOf(ctx, member, one, rules)),
  );
  const rows = await accrualsOf(
    ctx,
    candidates.map(({ member, source }) => ({ contactId: member.contactId, source })),
  );
  const done = new Set(rows.map((row) => `${row.contactId} ${row.programId} ${row.source}`));
  const open = candidates.filter(({ member, source }) => {
    const key = `${member.contactId} ${member.programId} ${source}`;
    if (done.has(key)) return false;
    done.add(key);
    return true;
  });
  const known = await knownOf(ctx, open);
  await book(
    ctx,
    open.map((one) => decide(one, known, ctx.clock.now())),
    'grouped',
  );
}

function candidateOf(
  ctx: Ctx,
  member: Membership,
  { type, day }: Day,
  rules: readonly LiveRule[],
): Candidate[] {
  const at = day === null ? member.enrolledAt : momentOf(day, member.zone, ctx.clock.now());
  const own = rulesFor(rules, member.programId, at, false);
  if (own.length === 0 || member.enrolledAt > at) return [];
  const source = day === null ? type : `${type}:${day.slice(0, 4)}`;
  return [
    {
      member,
      source,
      what: { at, sale: null },
      rules: own,
      items: new Map(),
      orders: 0,
      paid: 0n,
      promo: [],
    },
  ];
}

/** The present of a day that is not over, else its last moment. */
function momentOf(day: string, zone: string, now: Date): Date {
  const end = new Date(endOfDay(day, zone).getTime() - 1);
  return end < now ? end : now;
}
