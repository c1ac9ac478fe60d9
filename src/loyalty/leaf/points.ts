import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { OPS } from '../../segments/contract.ts';
import { compared, figureTest, quote } from '../../segments/index.ts';
import type { Language, LeafEnv, LeafSql, Source } from '../../segments/index.ts';
import { lot, wallet } from '../ledger/schema.ts';
import type { BalanceLeaf, ExpiringLeaf } from './contract.points.ts';
import { loyaltyFact } from './field.ts';
import type { LoyaltyField } from './field.ts';

/**
 * Points by the ledger's own rule: matured ones count, those that are over do not, whether or not a job has booked it. What an order
 * holds counts as there, since setting aside is told of by nobody and may come to nothing.
 */

const NUMBERS = [...OPS.equality, ...OPS.order, 'between'];
const POINTS = loyaltyFact('points');

export const balanceField: LoyaltyField<BalanceLeaf> = {
  compile: ofBalance,
  dependencies: () => [POINTS],
  words: (leaf, language) =>
    `${language === 'ru' ? 'баланс баллов' : 'the balance of points'} ${compared(leaf, language, (value) => quote(value, language))}`,
  facts: () => null,
  fields: () => [
    {
      leaf: 'loyalty',
      field: 'balance',
      kind: 'number',
      ops: NUMBERS,
      label: { en: 'Balance of points', ru: 'Баланс баллов' },
    },
  ],
};

export const expiringField: LoyaltyField<ExpiringLeaf> = {
  compile: ofExpiring,
  dependencies: () => [POINTS],
  words: expiringWords,
  facts: (leaf, env, contactId) =>
    endingLots(env).newest(
      contactId,
      [within(leaf, env), ...inProgram(leaf.programId)],
      sql`'points' as kind, f.source as what, jsonb_build_object('points', f.points, 'until', f.ends_at) as value`,
    ),
  fields: () => [
    {
      leaf: 'loyalty',
      field: 'expiring',
      kind: 'pointsInDays',
      ops: NUMBERS,
      label: { en: 'Points that expire soon', ru: 'Скоро сгорающие баллы' },
    },
  ],
};

/** The wallets each contact spends from: its own, of merged members together (all open, or none is); who shares one has that one. */
const spentFrom = (
  among: SQL = sql`true`,
): SQL => sql`(select distinct o.contact_id, w.contact_id as owner_id, w.wallet_id, w.program_id, w.debt, w.expires_at, w.moved_at,
    bool_and(w.state = 'open') over (partition by o.contact_id, w.program_id) as open
  from ${wallet} o join ${wallet} w on w.contact_id = coalesce(o.family_owner_id, o.contact_id)
    and w.wallet_id = coalesce(o.family_wallet_id, o.wallet_id)
  where ${among} and o.kind = 'points' and (o.family_owner_id is not null or not exists (select from ${wallet} s
    where s.contact_id = o.contact_id and s.program_id = o.program_id and s.kind = 'points' and s.family_owner_id is not null))) a`;

const ENDS = sql`least(l.expires_at, a.expires_at)`;

const at = (env: LeafEnv): SQL => sql`${env.now.toISOString()}::timestamptz`;

/**
 * Balances at a moment: one row for each contact and program. `next_at`: when a lot of it next begins or ends by itself. `among`: of
 * whose wallets `o`.
 */
export function balancesAt(moment: Date, among?: SQL): SQL {
  const now = sql`${moment.toISOString()}::timestamptz`;
  const good = sql`(${ENDS} is null or ${ENDS} > ${now})`;
  const waits = sql`l.pending > 0 and l.activates_at > ${now}`;
  return sql`(select a.contact_id, a.program_id, max(a.moved_at) as occurred_at, min(l.next_at) as next_at,
        case when bool_and(a.open) then greatest(sum(a.debt + coalesce(l.points, 0)), 0) else 0 end as points
      from ${spentFrom(among)} left join lateral (
        select sum(case when ${good} then l.remaining + l.held else 0 end + case when l.activates_at <= ${now} then l.pending else 0 end) as points,
          min(least(case when ${waits} then l.activates_at end, case when ${ENDS} > ${now} and l.remaining + l.held > 0 then ${ENDS} end)) as next_at
        from ${lot} l where l.contact_id = a.owner_id and l.wallet_id = a.wallet_id and l.live) l on true
      group by a.contact_id, a.program_id)`;
}

const balances = (env: LeafEnv): Source =>
  env.source({ key: 'points balance', from: sql`${balancesAt(env.now)} f`, where: [] });

/** Lots with an end that has not come. */
function endingLots(env: LeafEnv): Source {
  return env.source({
    key: 'points ending',
    from: sql`(select a.contact_id, a.program_id, l.source, l.remaining + l.held as points, ${ENDS} as ends_at, l.earned_at as occurred_at
      from ${spentFrom()} join ${lot} l on l.contact_id = a.owner_id and l.wallet_id = a.wallet_id and l.live and l.remaining + l.held > 0
      where a.open and ${ENDS} > ${at(env)}) f`,
    where: [],
  });
}

const inProgram = (programId: string | undefined) =>
  programId === undefined
    ? []
    : [{ key: `points program ${programId}`, sql: sql`f.program_id = ${programId}::uuid` }];

function ofBalance(leaf: BalanceLeaf, env: LeafEnv): LeafSql {
  const source = balances(env);
  const of = inProgram(leaf.programId);
  const there = source.agg('sum(f.points)', of);
  return {
    ...figureTest(leaf, there, source),
    until: () => source.agg('min(f.next_at)', of),
    actual: () => ({ kind: 'number', sql: sql`coalesce(${there}, 0)` }),
  };
}

const span = ({ days }: ExpiringLeaf): SQL => sql`make_interval(hours => ${days * 24}::int)`;

const within = (leaf: ExpiringLeaf, env: LeafEnv) => ({
  key: `points within ${leaf.days}`,
  sql: sql`f.ends_at <= ${at(env)} + ${span(leaf)}`,
});

/** A lot comes in so many days before its end, and goes with it. */
function ofExpiring(leaf: ExpiringLeaf, env: LeafEnv): LeafSql {
  const source = endingLots(env);
  const of = inProgram(leaf.programId);
  const soon = [within(leaf, env), ...of];
  const later = [
    { key: `points beyond ${leaf.days}`, sql: sql`f.ends_at > ${at(env)} + ${span(leaf)}` },
    ...of,
  ];
  const ending = source.agg('sum(f.points)', soon);
  return {
    ...figureTest(leaf, ending, source),
    until: () =>
      sql`least(${source.agg('min(f.ends_at)', soon)}, ${source.agg('min(f.ends_at)', later)} - ${span(leaf)})`,
    actual: () => ({ kind: 'number', sql: sql`coalesce(${ending}, 0)` }),
  };
}

/** "points that expire within 14 days are at least 1". */
function expiringWords(leaf: ExpiringLeaf, language: Language): string {
  const value = compared(leaf, language, (one) => quote(one, language));
  return language === 'ru'
    ? `баллов сгорает за ${leaf.days} дн.: ${value}`
    : `the number of points that expire within ${leaf.days} days ${value}`;
}
