import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { session } from '../../tracking/index.ts';
import { SEEN_AGES, SEEN_AT } from '../contract.behaviour.ts';
import type { BehaviourLeaf, BehaviourMeasure } from '../contract.behaviour.ts';
import type { Actual, LeafEnv, LeafSql, LeafType, Part, Source } from '../leaf.ts';
import { instant, plus } from '../window.ts';
import { behaviourFields, behaviourWords } from './behaviour.words.ts';
import { ageFigure, compileAge, momentTest } from './purchase.age.ts';
import { decimal, ofNumber } from './purchase.compare.ts';
import {
  anyChange,
  changeOfGrowing,
  earliest,
  entering,
  EVER,
  FIRST,
  LAST,
  list,
  presence,
  rowsIn,
} from './rows.ts';

/**
 * What a contact does, by their visits. A visit counts, with all that happened in it, at the moment it began; when somebody was
 * last seen is the end of their last visit. Bots make no visits.
 */
export const behaviourType: LeafType<BehaviourLeaf> = {
  type: 'behaviour',
  compile: compileBehaviour,
  dependencies: () => [{ kind: 'visit', key: '*' }],
  futureFacts: (now) => sql`exists (select from ${session} where ended_at > ${instant(now)})`,
  words: behaviourWords,
  facts: visitFacts,
  fields: behaviourFields,
};

type Sum = Exclude<
  BehaviourMeasure,
  'depth' | 'firstSeenAt' | 'lastSeenAt' | 'daysSinceFirstSeen' | 'daysSinceLastSeen'
>;
/** Aggregates over visits; none grows smaller by another visit. */
const SUMS: Readonly<Record<Sum, string>> = {
  visits: 'count(*)',
  pages: 'sum(f.pages)',
  time: 'sum(f.active_ms)',
  productViews: 'sum(f.product_views)',
  categoryViews: 'sum(f.category_views)',
  priceViews: 'sum(f.price_views)',
};
const MS = 1_000;

const VISIT_FACT = sql`'visit' as kind, f.channel as what, f.pages::text as quantity,
  (select s.entry_page from ${session} s where s.contact_id = f.contact_id and s.started_at = f.occurred_at limit 1) as page`;

const daysBack = (amount: number) => ({ type: 'last', unit: 'days', amount }) as const;
const isFirst = ({ measure }: BehaviourLeaf): boolean =>
  measure === 'firstSeenAt' || measure === 'daysSinceFirstSeen';
const isSeen = ({ measure }: BehaviourLeaf): boolean =>
  SEEN_AT.includes(measure) || SEEN_AGES.includes(measure);

/** The newest visits that were counted, in both windows where two are compared. */
function visitFacts(leaf: BehaviourLeaf, env: LeafEnv, contactId: string): SQL {
  const { days, trend } = leaf;
  const window = days === undefined ? EVER : daysBack(trend === 'change' ? 2 * days : days);
  const moment = isSeen(leaf) && !isFirst(leaf) ? 'ended_at' : 'started_at';
  const rows = rowsIn(visitsOf(leaf, env, moment), env, window);
  return rows.source.newest(contactId, rows.counted, VISIT_FACT);
}

function compileBehaviour(leaf: BehaviourLeaf, env: LeafEnv): LeafSql {
  if (isSeen(leaf)) return seen(leaf, env);
  if (leaf.trend === 'change') return change(leaf, leaf.days ?? 1, env);
  const window = leaf.days === undefined ? EVER : daysBack(leaf.days);
  const rows = rowsIn(visitsOf(leaf, env, 'started_at'), env, window);
  if (leaf.measure === 'depth') {
    const pages = sql`${rows.source.agg('sum(f.pages)', rows.counted)}::numeric`;
    const visits = sql`nullif(${rows.source.agg('count(*)', rows.counted)}, 0)`;
    const depth = sql`(${pages} / ${visits})`;
    return {
      value: sql`(${ofNumber(leaf, decimal).test(depth)}) is true`,
      needs: [rows.source.key],
      until: () => anyChange(rows),
      actual: () => ({ kind: 'number', sql: sql`round(${depth}, 2)` }),
    };
  }
  const test = testOf(leaf);
  const sum = rows.source.agg(sumOf(leaf), rows.counted);
  const fulfilled = presence(test, sum, rows.source);
  return {
    ...fulfilled,
    actual: () => figureOf(leaf, sql`coalesce(${sum}, 0)`),
    until: () => {
      const up = leaf.op === 'gte' || leaf.op === 'gt';
      if (!up && leaf.op !== 'lt' && leaf.op !== 'lte') return anyChange(rows);
      const lone =
        leaf.measure === 'visits' && Number(leaf.value) <= (leaf.op === 'gte' || leaf.op === 'lt' ? 1 : 0);
      return changeOfGrowing(rows, up ? sql`(${fulfilled.value})` : sql`(not (${fulfilled.value}))`, lone);
    },
  };
}

const sumOf = ({ measure }: BehaviourLeaf): string => SUMS[measure as Sum];

const figureOf = ({ measure }: BehaviourLeaf, sum: SQL): Actual =>
  measure === 'time' ? { kind: 'seconds', sql: sql`round(${sum} / 1000.0)` } : { kind: 'number', sql: sum };

/** Time is asked in seconds and kept finer. */
function testOf(leaf: BehaviourLeaf): { test(value: SQL): SQL; zero: boolean } {
  return ofNumber(leaf, leaf.measure === 'time' ? (value) => decimal(value * MS) : decimal);
}

/** This window against the one before: a visit counts for more, then for less, then not at all. */
function change(leaf: BehaviourLeaf, days: number, env: LeafEnv): LeafSql {
  const rows = rowsIn(visitsOf(leaf, env, 'started_at'), env, { type: 'last', unit: 'days', amount: days });
  const { source } = rows;
  const [begin, end] = [addMs(env.now, -2 * days * DAY_MS), addMs(env.now, -days * DAY_MS)];
  const before: Part[] = [
    { key: `>${begin.toISOString()}`, sql: sql`f.occurred_at > ${instant(begin)}`, lower: begin },
    { key: `<=${end.toISOString()}`, sql: sql`f.occurred_at <= ${instant(end)}` },
  ];
  const sums = [rows.counted, before].map((parts) => sql`coalesce(${source.agg(sumOf(leaf), parts)}, 0)`);
  const test = testOf(leaf);
  const difference = sql`(${sums[0]} - ${sums[1]})`;
  return {
    value: test.test(difference),
    actual: () => figureOf(leaf, difference),
    needs: test.zero ? [] : [source.key],
    until: () =>
      earliest([
        plus(source.agg(FIRST, rows.counted), days * DAY_MS),
        plus(source.agg(FIRST, before), 2 * days * DAY_MS),
        entering(rows),
      ]),
  };
}

/** When somebody was first or last here, as a moment or as days since. */
function seen(leaf: BehaviourLeaf, env: LeafEnv): LeafSql {
  const first = isFirst(leaf);
  const rows = rowsIn(visitsOf(leaf, env, first ? 'started_at' : 'ended_at'), env, EVER);
  const at = rows.source.agg(first ? FIRST : LAST, rows.counted);
  const needs = [rows.source.key];
  if (!SEEN_AGES.includes(leaf.measure))
    return {
      value: sql`(${momentTest(leaf, at)}) is true`,
      needs,
      until: () => anyChange(rows),
      actual: () => ({ kind: 'date', sql: at }),
    };
  const age = compileAge(leaf, at, env.now);
  return {
    value: age.value,
    needs,
    until: () => earliest([age.until(), anyChange(rows)]),
    actual: () => ageFigure(leaf, at, env.now),
  };
}

/** Leaves with the same filter share one pass. */
function visitsOf(leaf: BehaviourLeaf, env: LeafEnv, moment: 'started_at' | 'ended_at'): Source {
  const { channels, sources, mediums, campaigns, devices, converted } = leaf.where ?? {};
  const where: SQL[] = [];
  if (channels !== undefined) where.push(sql`f.channel = any(${list(channels)})`);
  // Sources and mediums are kept in small letters.
  if (sources !== undefined)
    where.push(sql`f.source = any(${list(sources.map((one) => one.toLowerCase()))})`);
  if (mediums !== undefined)
    where.push(sql`f.medium = any(${list(mediums.map((one) => one.toLowerCase()))})`);
  if (campaigns !== undefined) where.push(sql`f.campaign = any(${list(campaigns)})`);
  if (devices !== undefined) where.push(sql`f.device = any(${list(devices)})`);
  if (converted !== undefined) where.push(sql`f.converted = ${converted}::boolean`);
  return env.source({
    key: JSON.stringify(['visits', moment, channels, sources, mediums, campaigns, devices, converted]),
    from: sql`(select contact_id, ${sql.raw(moment)} as occurred_at, pages, active_ms, product_views, category_views, price_views,
      channel, source, medium, campaign, device, converted from ${session}) f`,
    where,
    // Visits are made of events as these come in; when one was known is not kept.
    recorded: sql`f.occurred_at`,
  });
}
