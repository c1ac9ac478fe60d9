import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { invalid } from '../core/errors.ts';
import { addMs, DAY_MS } from '../core/time.ts';
import type { FilterCondition } from './contract.list.ts';
import { contact } from './schema.ts';
import { likeText } from './search-text.ts';
import { asList, asNumber, asText, both, compareSql } from './store.filter.values.ts';
import type { Condition, FilterEnv } from './store.filter.values.ts';

/**
 * Conditions on custom attributes. Equality is containment, which the index on attributes answers; ranges and parts of texts
 * are not indexed. An attribute nobody has fits nothing.
 */
export function attributeCondition(
  name: string,
  condition: FilterCondition,
  at: string,
  env: FilterEnv,
): Condition {
  const present = sql`jsonb_exists(${contact.attributes}, ${name})`;
  const holds = (value: unknown): SQL =>
    sql`${contact.attributes} @> ${JSON.stringify({ [name]: value })}::text::jsonb`;
  const any = (values: readonly unknown[]): SQL => sql`(${sql.join(values.map(holds), sql` or `)})`;
  const { op } = condition;
  switch (op) {
    case 'exists':
      return { test: present };
    case 'missing':
      return { test: sql`not ${present}` };
    case 'is':
      return both(holds(scalarOf(condition, at)));
    case 'isNot':
      return { test: sql`(${present} and not ${holds(scalarOf(condition, at))})` };
    case 'in':
      return both(any(asList(condition, at)));
    case 'notIn':
      return { test: sql`(${present} and not ${any(asList(condition, at))})` };
    case 'hasAll':
      return both(holds(asList(condition, at)));
    case 'hasAny':
      return both(any(asList(condition, at).map((value) => [value])));
    case 'hasNot':
      return { test: sql`not ${any(asList(condition, at).map((value) => [value]))}` };
    case 'contains':
    case 'notContains':
    case 'startsWith':
      return { test: partOf(name, condition, at) };
    case 'withinLastDays':
    case 'notWithinLastDays':
      return { test: recent(name, condition, at, env) };
    default:
      return { test: range(name, condition, at) };
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
