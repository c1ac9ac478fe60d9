import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { event } from '../../tracking/index.ts';
import { EVENT_AGES, EVENT_MOMENTS } from '../contract.event.ts';
import type { EventLeaf, EventMeasure, PropertyTest } from '../contract.event.ts';
import type { LeafEnv, LeafSql, LeafType, Part } from '../leaf.ts';
import { instant } from '../window.ts';
import { eventFields, eventWords } from './event.words.ts';
import { ageFigure, compileAge, momentTest } from './purchase.age.ts';
import { decimal, ofNumber, thresholdOf } from './purchase.compare.ts';
import { anyChange, changeOfGrowing, earliest, EVER, FIRST, LAST, list, presence, rowsIn } from './rows.ts';
import type { Rows } from './rows.ts';

/**
 * What happened, by the name of the event and what it says: how often, when, or a figure over one of its properties. What bots
 * did never counts.
 */
export const eventType: LeafType<EventLeaf> = {
  type: 'event',
  compile: compileEvent,
  dependencies: (leaf) => [{ kind: 'event', key: leaf.name }],
  // Nothing is recorded before it happened, and by the time of recording the rows lie in order.
  futureFacts: (now) =>
    sql`exists (select from ${event} where recorded_at > ${instant(now)} and occurred_at > ${instant(now)})`,
  words: eventWords,
  facts: (leaf, env, contactId) => {
    const { source, counted } = rowsOf(leaf, env);
    return source.newest(
      contactId,
      counted,
      sql`'event' as kind, f.id::text as id, f.name as what, f.context -> 'page' ->> 'url' as page`,
    );
  },
  fields: eventFields,
};

const measureOf = (leaf: EventLeaf): EventMeasure => leaf.measure ?? 'count';

/** Leaves about the same events, and the same property where they name one, share a pass. */
function rowsOf(leaf: EventLeaf, env: LeafEnv): Rows {
  const { name, property, where = [] } = leaf;
  const source = env.source({
    key: JSON.stringify(['event', name, where, ...(property === undefined ? [] : [toldOf(leaf), property])]),
    from:
      property === undefined
        ? sql`${event} f`
        : sql`(select f.*, ${told(leaf, property)} as told from ${event} f) f`,
    where: [sql`f.name = ${name}::text`, sql`not f.bot`, ...where.map(condition)],
    recorded: sql`f.recorded_at`,
  });
  const known: Part[] = property === undefined ? [] : [{ key: 'told', sql: sql`f.told is not null` }];
  return rowsIn(source, env, leaf.window ?? EVER, known);
}

const toldOf = (leaf: EventLeaf): 'text' | 'number' => (measureOf(leaf) === 'distinct' ? 'text' : 'number');

/** What an event says of the property: a number, exactly; where values are told apart, any value as a text. */
function told(leaf: EventLeaf, property: string): SQL {
  const type = sql`jsonb_typeof(f.properties -> ${property}::text)`;
  const text = sql`f.properties ->> ${property}::text`;
  return toldOf(leaf) === 'number'
    ? sql`case when ${type} = 'number' then (${text})::numeric end`
    : sql`case when ${type} in ('string', 'number', 'boolean') then nullif(${text}, '') end`;
}

function compileEvent(leaf: EventLeaf, env: LeafEnv): LeafSql {
  const measure = measureOf(leaf);
  const rows = rowsOf(leaf, env);
  if (EVENT_MOMENTS.includes(measure) || EVENT_AGES.includes(measure)) return moments(leaf, rows);
  if (measure === 'count' || measure === 'distinct') return counts(leaf, rows);
  return figures(leaf, rows);
}

/** More events never make a count smaller: above its limit only leaving ones matter, below it only coming ones. */
function counts(leaf: EventLeaf, rows: Rows): LeafSql {
  const fn = measureOf(leaf) === 'count' ? 'count(*)' : 'count(distinct f.told)';
  const count = rows.source.agg(fn, rows.counted);
  const limit = thresholdOf(leaf);
  return {
    ...presence(ofNumber(leaf, decimal), count, rows.source),
    until: () =>
      limit === undefined
        ? anyChange(rows)
        : changeOfGrowing(rows, sql`(${count} >= ${limit}::numeric) is true`, limit <= 1),
    actual: () => ({ kind: 'number', sql: sql`coalesce(${count}, 0)` }),
  };
}

/** A sum over nothing is zero; of nothing there is no average, least or greatest. */
function figures(leaf: EventLeaf, rows: Rows): LeafSql {
  const { source, counted } = rows;
  const until = (): SQL | null => anyChange(rows);
  if (measureOf(leaf) === 'sum') {
    const sum = source.agg('sum(f.told)', counted);
    return {
      ...presence(ofNumber(leaf, decimal), sum, source),
      until,
      actual: () => ({ kind: 'number', sql: sql`coalesce(${sum}, 0)` }),
    };
  }
  const needs = [source.key];
  if (measureOf(leaf) === 'avg') {
    const [sum, count] = [source.agg('sum(f.told)', counted), source.agg('count(*)', counted)];
    // The sum against as many times the limit: a quotient would be rounded.
    const test = ofNumber(leaf, (value) => sql`(${decimal(value)} * ${count})`);
    return {
      value: sql`(${test.test(sum)}) is true`,
      needs,
      until,
      actual: () => ({ kind: 'number', sql: sql`round(${sum} / nullif(${count}, 0), 6)` }),
    };
  }
  const figure = source.agg(`${measureOf(leaf)}(f.told)`, counted);
  return {
    value: sql`(${ofNumber(leaf, decimal).test(figure)}) is true`,
    needs,
    until,
    actual: () => ({ kind: 'number', sql: figure }),
  };
}

/** The first or the last of them, as a moment or as days since. */
function moments(leaf: EventLeaf, rows: Rows): LeafSql {
  const first = leaf.measure === 'firstAt' || leaf.measure === 'daysSinceFirst';
  const at = rows.source.agg(first ? FIRST : LAST, rows.counted);
  const needs = [rows.source.key];
  const actual = () => ({ kind: 'date', sql: at });
  if (EVENT_MOMENTS.includes(measureOf(leaf)))
    return { value: sql`(${momentTest(leaf, at)}) is true`, needs, until: () => anyChange(rows), actual };
  const { now } = rows.env;
  const age = compileAge(leaf, at, now);
  return {
    value: age.value,
    needs,
    until: () => earliest([age.until(), anyChange(rows)]),
    actual: () => ageFigure(leaf, at, now),
  };
}

const SYMBOLS = { is: '=', isNot: '<>', gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/** Never null: a property that is missing fulfils nothing but `lacks`. */
function condition(test: PropertyTest): SQL {
  const json = sql`(f.properties -> ${test.property}::text)`;
  const text = sql`(f.properties ->> ${test.property}::text)`;
  const ofType = (type: string): SQL => sql`jsonb_typeof(${json}) = '${sql.raw(type)}'`;
  const scalar = sql`jsonb_typeof(${json}) in ('string', 'number', 'boolean')`;
  switch (test.op) {
    case 'exists':
      return sql`coalesce(${json} not in ('null', '""', '[]'), false)`;
    case 'lacks':
      return sql`coalesce(${json} in ('null', '""', '[]'), true)`;
    case 'in':
      return sql`(${scalar} and ${text} = any(${list(test.value)})) is true`;
    case 'notIn':
      return sql`(${scalar} and ${text} <> all(${list(test.value)})) is true`;
    case 'contains': {
      const literal = test.value.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
      return sql`(${scalar} and ${text} ilike ${`%${literal}%`}::text) is true`;
    }
    case 'is':
    case 'isNot':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    default: {
      const symbol = sql.raw(SYMBOLS[test.op]);
      if (typeof test.value === 'number')
        return sql`(case when ${ofType('number')} then ${text}::numeric ${symbol} ${decimal(test.value)} end) is true`;
      const type = typeof test.value === 'boolean' ? ofType('boolean') : scalar;
      return sql`(${type} and ${text} ${symbol} ${String(test.value)}::text) is true`;
    }
  }
}
