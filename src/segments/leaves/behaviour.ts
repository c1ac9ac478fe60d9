import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { addMs, DAY_MS } from '../../core/time.ts';
import { session } from '../../tracking/index.ts';
import { SEEN_AGES, SEEN_AT } from '../contract.behaviour.ts';
import type { BehaviourLeaf, BehaviourMeasure } from '../contract.behaviour.ts';
import type { LeafEnv, LeafSql, LeafType, Part, Source } from '../leaf.ts';
import { instant, plus } from '../window.ts';
import { behaviourFields, behaviourWords } from './behaviour.words.ts';
import { compileAge, momentTest } from './purchase.age.ts';
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

function compileBehaviour(leaf: BehaviourLeaf, env: LeafEnv): LeafSql {
  if (SEEN_AT.includes(leaf.measure) || SEEN_AGES.includes(leaf.measure)) return seen(leaf, env);
  if (leaf.trend === 'change') return change(leaf, leaf.days ?? 1, env);
  const window =
    leaf.days === undefined ? EVER : ({ type: 'last', unit: 'days', amount: leaf.days } as const);
  const rows = rowsIn(visitsOf(leaf, env, 'started_at'), env, window);
  if (leaf.measure === 'depth') {
    const pages = sql`${rows.source.agg('sum(f.pages)', rows.counted)}::numeric`;
    const visits = sql`nullif(${rows.source.agg('count(*)', rows.counted)}, 0)`;
    return {
      value: sql`(${ofNumber(leaf, decimal).test(sql`(${pages} / ${visits})`)}) is true`,
      needs: [rows.source.key],
      until: () => anyChange(rows),
    };
  }
  const test = testOf(leaf);
  const fulfilled = presence(test, rows.source.agg(sumOf(leaf), rows.counted), rows.source);
  return {
    ...fulfilled,
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
  return {
    value: test.test(sql`(${sums[0]} - ${sums[1]})`),
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
  const first = leaf.measure === 'firstSeenAt' || leaf.measure === 'daysSinceFirstSeen';
  const rows = rowsIn(visitsOf(leaf, env, first ? 'started_at' : 'ended_at'), env, EVER);
  const at = rows.source.agg(first ? FIRST : LAST, rows.counted);
  const needs = [rows.source.key];
  if (!SEEN_AGES.includes(leaf.measure))
    return { value: sql`(${momentTest(leaf, at)}) is true`, needs, until: () => anyChange(rows) };
  const age = compileAge(leaf, at, env.now);
  return { value: age.value, needs, until: () => earliest([age.until(), anyChange(rows)]) };
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
