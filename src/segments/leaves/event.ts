import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { event } from '../../tracking/index.ts';
import type { EventLeaf, PropertyTest } from '../contract.behaviour.ts';
import type { LeafEnv, LeafSql, LeafType } from '../leaf.ts';
import { instant } from '../window.ts';
import { eventFields, eventWords } from './event.words.ts';
import { decimal, ofNumber } from './purchase.compare.ts';
import { anyChange, changeOfGrowing, EVER, list, presence, rowsIn } from './rows.ts';

/** How often something happened, by the name of the event and what it says. What bots did never counts. */
export const eventType: LeafType<EventLeaf> = {
  type: 'event',
  compile: compileEvent,
  dependencies: (leaf) => [{ kind: 'event', key: leaf.name }],
  // Nothing is recorded before it happened, and by the time of recording the rows lie in order.
  futureFacts: (now) =>
    sql`exists (select from ${event} where recorded_at > ${instant(now)} and occurred_at > ${instant(now)})`,
  words: eventWords,
  fields: eventFields,
};

function compileEvent(leaf: EventLeaf, env: LeafEnv): LeafSql {
  const source = env.source({
    key: JSON.stringify(['event', leaf.name, leaf.where ?? []]),
    from: sql`${event} f`,
    where: [sql`f.name = ${leaf.name}::text`, sql`not f.bot`, ...(leaf.where ?? []).map(condition)],
  });
  const rows = rowsIn(source, env, leaf.window ?? EVER);
  const fulfilled = presence(ofNumber(leaf, decimal), source.agg('count(*)', rows.counted), source);
  return {
    ...fulfilled,
    until: () => {
      const up = leaf.op === 'gte' || leaf.op === 'gt';
      if (!up && leaf.op !== 'lt' && leaf.op !== 'lte') return anyChange(rows);
      const lone = leaf.value <= (leaf.op === 'gte' || leaf.op === 'lt' ? 1 : 0);
      return changeOfGrowing(rows, up ? sql`(${fulfilled.value})` : sql`(not (${fulfilled.value}))`, lone);
    },
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
