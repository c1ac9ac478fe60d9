import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { invalid } from '../core/errors.ts';
import { addMs, DAY_MS } from '../core/time.ts';
import type { FilterCondition } from './contract.list.ts';
import { contact } from './schema.ts';
import { textKey } from './lookup.ts';
import { likeText } from './search-text.ts';
import { attributeKeyOf } from './state.ts';
import {
  asList,
  asNumber,
  asText,
  compareSql,
  findByLookup,
  innerText,
  lookupRange,
} from './store.filter.values.ts';
import type { Condition, FilterEnv, LookupRange } from './store.filter.values.ts';

/** Conditions on custom attributes. An attribute nobody has fits nothing. */
export function attributeCondition(
  name: string,
  condition: FilterCondition,
  at: string,
  env: FilterEnv,
): Condition {
  const test = attributeTest(name, condition, at, env);
  const { op } = condition;
  if (op === 'missing' || op === 'hasNot') return { test };
  const key = attributeKeyOf(name);
  const range = op === 'withinLastDays' ? recentRange(condition, at, env) : lookupRange(condition);
  if (range !== undefined) return { test, find: findByLookup(key, range) };
  if (op === 'contains' || op === 'startsWith')
    return { test, findText: innerText(key, asText(condition, at)) };
  // Whatever else is asked, it is asked of those who have the attribute at all.
  return { test, find: findByLookup(key, {}), onlyIfRare: key };
}

function recentRange(condition: FilterCondition, at: string, env: FilterEnv): LookupRange {
  const since = addMs(env.now, -asNumber(condition.value, at) * DAY_MS).toISOString();
  return { from: textKey(since), to: textKey(env.now.toISOString()) };
}

function attributeTest(name: string, condition: FilterCondition, at: string, env: FilterEnv): SQL {
  const present = sql`jsonb_exists(${contact.attributes}, ${name})`;
  const holds = (value: unknown): SQL =>
    sql`${contact.attributes} @> ${JSON.stringify({ [name]: value })}::text::jsonb`;
  const any = (values: readonly unknown[]): SQL => sql`(${sql.join(values.map(holds), sql` or `)})`;
  const { op } = condition;
  switch (op) {
    case 'exists':
      return present;
    case 'missing':
      return sql`not ${present}`;
    case 'is':
      return holds(scalarOf(condition, at));
    case 'isNot':
      return sql`(${present} and not ${holds(scalarOf(condition, at))})`;
    case 'in':
      return any(asList(condition, at));
    case 'notIn':
      return sql`(${present} and not ${any(asList(condition, at))})`;
    case 'hasAll':
      return holds(asList(condition, at));
    case 'hasAny':
      return any(asList(condition, at).map((value) => [value]));
    case 'hasNot':
      return sql`not ${any(asList(condition, at).map((value) => [value]))}`;
    case 'contains':
    case 'notContains':
    case 'startsWith':
      return partOf(name, condition, at);
    case 'withinLastDays':
    case 'notWithinLastDays':
      return recent(name, condition, at, env);
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    case 'before':
    case 'after':
    case 'between':
    default:
      return range(name, condition, at);
  }
}

const textOf = (name: string): SQL => sql`${contact.attributes} ->> ${name}::text`;
const typeOf = (name: string): SQL => sql`jsonb_typeof(${contact.attributes} -> ${name}::text)`;

function scalarOf(condition: FilterCondition, at: string): unknown {
  const { value } = condition;
  if (value === undefined || Array.isArray(value)) {
    throw invalid('filter_wrong_value', 'This condition needs one value.', `${at}.value`);
  }
  return value;
}

function partOf(name: string, condition: FilterCondition, at: string): SQL {
  const part = likeText(asText(condition, at));
  if (condition.op === 'startsWith') return sql`${textOf(name)} ilike ${`${part}%`}`;
  const contains = sql`${textOf(name)} ilike ${`%${part}%`}`;
  return condition.op === 'contains' ? contains : sql`not ${contains}`;
}

/** Numbers with numbers; texts, among them ISO dates, byte by byte. A value of another type fits no range. */
function range(name: string, condition: FilterCondition, at: string): SQL {
  const first = Array.isArray(condition.value) ? condition.value[0] : condition.value;
  if (typeof first === 'number') {
    const number = sql`(${textOf(name)})::numeric`;
    const compared = compareSql(number, condition, at, (value) => sql`${asNumber(value, at)}::numeric`);
    // `case` keeps PostgreSQL from casting a text before it has looked at the type.
    return sql`case when ${typeOf(name)} = 'number' then ${compared} else false end`;
  }
  const text = sql`(${textOf(name)}) collate "C"`;
  const compared = compareSql(text, condition, at, (value) => {
    if (typeof value === 'string') return sql`${value}`;
    throw invalid('filter_wrong_value', 'This condition needs numbers or texts.', `${at}.value`);
  });
  return sql`(${typeOf(name)} = 'string' and ${compared})`;
}

function recent(name: string, condition: FilterCondition, at: string, env: FilterEnv): SQL {
  const since = addMs(env.now, -asNumber(condition.value, at) * DAY_MS).toISOString();
  const text = sql`(${textOf(name)}) collate "C"`;
  const within = sql`(${text} > ${since} and ${text} <= ${env.now.toISOString()})`;
  return sql`(${typeOf(name)} = 'string' and ${condition.op === 'withinLastDays' ? within : sql`not ${within}`})`;
}
