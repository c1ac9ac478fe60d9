import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { invalid } from '../core/errors.ts';
import { addMs, DAY_MS } from '../core/time.ts';
import type { FilterCondition, FilterOp } from './contract.list.ts';
import { defaultOf } from './apply.ts';
import { fieldRef, opsOf } from './fields.ts';
import { inLookup, textKey } from './lookup.ts';
import { phonePoint } from './points.ts';
import { consent, contact, contactExternalId } from './schema.ts';
import { fold, likeText, searchTerms, sortName } from './search-text.ts';
import { attributeCondition } from './store.filter.attributes.ts';
import { latestSql } from './store.consents.ts';
import {
  asDate,
  asList,
  asNumber,
  asText,
  both,
  compareSql,
  findByLookup,
  innerText,
  lookupRange,
} from './store.filter.values.ts';
import type { Condition, FilterEnv } from './store.filter.values.ts';

/** All conditions of a filter and a search text; throws 422 with the place of the wrong one. */
export function conditionsOf(
  filter: readonly FilterCondition[],
  search: string | undefined,
  env: FilterEnv,
): Condition[] {
  const groups = searchTerms(search ?? '', env.country);
  const searched = groups.map((terms): Condition => {
    // Asked of a row the plain way, so that only `find` meets the index.
    const test = terms.map((term) => sql`strpos(${contact.search}, ${term.text}) > 0`);
    const find = terms.map((term) => sql`${contact.search} like ${`%${likeText(term.rare)}%`}`);
    return { test: sql`(${sql.join(test, sql` or `)})`, find: sql`(${sql.join(find, sql` or `)})` };
  });
  return [...searched, ...filter.map((condition, i) => conditionOf(condition, `filter.${i}`, env))];
}

function conditionOf(condition: FilterCondition, at: string, env: FilterEnv): Condition {
  const ref = fieldRef(condition.field);
  if (ref === null) {
    throw invalid('filter_unknown_field', `There is no field "${condition.field}".`, `${at}.field`);
  }
  if (ref.of === 'attribute') return attributeCondition(ref.name, condition, at, env);
  const type = ref.of === 'consent' ? 'choice' : ref.type;
  // "Tags is press" says what "has any of press" says.
  if (type === 'list' && ref.of === 'field' && (condition.op === 'is' || condition.op === 'in')) {
    return listCondition(ref.key, { ...condition, op: 'hasAny' }, at);
  }
  if (!opsOf(type).includes(condition.op)) {
    const message = `"${condition.field}" knows ${opsOf(type).join(', ')}, not ${condition.op}.`;
    throw invalid('filter_wrong_op', message, `${at}.op`);
  }
  if (ref.of === 'consent') return consentCondition(ref.channel, ref.purpose, condition, at);
  if (ref.key === 'externalId') return externalIdCondition(condition, at);
  if (type === 'list') return listCondition(ref.key, condition, at);
  if (type === 'number') return numberCondition(ref.key, condition, at);
  if (type === 'date') return dateCondition(ref.key, condition, at, env);
  return textCondition(ref.key, condition, at, env);
}

const COLUMNS: Readonly<Record<string, SQL>> = {
  name: sql`${contact.name}`,
  givenName: sql`${contact.givenName}`,
  familyName: sql`${contact.familyName}`,
  email: sql`${contact.email}`,
  phone: sql`${contact.phone}`,
  country: sql`${contact.country}`,
  city: sql`${contact.city}`,
  ownerId: sql`${contact.ownerId}`,
  status: sql`${contact.status}`,
  kind: sql`${contact.kind}`,
  source: sql`${contact.source}`,
  locale: sql`${contact.locale}`,
  timeZone: sql`${contact.timeZone}`,
  birthYear: sql`${contact.birthYear}`,
  birthMonth: sql`${contact.birthMonth}`,
  birthDay: sql`${contact.birthDay}`,
  createdAt: sql`${contact.createdAt}`,
  updatedAt: sql`${contact.updatedAt}`,
};

function columnOf(key: string): SQL {
  const column = COLUMNS[key];
  if (column === undefined) throw new Error(`field ${key} has no column`);
  return column;
}

function textCondition(key: string, condition: FilterCondition, at: string, env: FilterEnv): Condition {
  const column = columnOf(key);
  const { op } = condition;
  const sorted = key === 'name' || key === 'email' ? key : null;
  if (op === 'exists' || op === 'missing') {
    const test = op === 'exists' ? sql`${column} <> ''` : sql`coalesce(${column}, '') = ''`;
    const blank = sorted === null ? undefined : ({ field: sorted, is: op === 'missing' } as const);
    return { test, blank };
  }
  const normal = (text: string): string => normalText(key, text, env);
  if (op === 'in' || op === 'notIn') {
    const values = asList(condition, at).map((v) => normal(String(v)));
    const test = sql`${column} in ${values}`;
    if (op === 'notIn') {
      return { test: sql`(${column} <> '' and not ${test})`, find: findOthers(key, values) };
    }
    return { test, find: findEqual(key, column, values) };
  }
  const value = normal(asText(condition, at));
  if (op === 'is') return { test: sql`${column} = ${value}`, find: findEqual(key, column, [value]) };
  if (op === 'isNot') {
    return { test: sql`(${column} <> '' and ${column} <> ${value})`, find: findOthers(key, [value]) };
  }
  return partCondition(key, column, op, asText(condition, at));
}

/** Rows an index finds for equality: the field's own, or field_lookup, which has no rows for what contacts begin with. */
function findEqual(key: string, column: SQL, values: readonly string[]): SQL | undefined {
  if (key === 'name') return sql`${contact.sortName} in ${values.map(sortName)}`;
  if (!inLookup(key)) return sql`${column} in ${values}`;
  if (values.some((value) => value === defaultOf(key))) return undefined;
  return findByLookup(key, { in: values.map(textKey) });
}

/** Rows that have another value than these; what every contact begins with has no entry to be found by. */
function findOthers(key: string, values: readonly string[]): SQL | undefined {
  const initial = defaultOf(key);
  if (!inLookup(key) || (typeof initial === 'string' && !values.includes(initial))) return undefined;
  return findByLookup(key, { not: values.map(textKey) });
}

/** Parts of texts, without regard to case; for what the search text holds, the search index finds them. */
function partCondition(key: string, column: SQL, op: FilterOp, typed: string): Condition {
  const named = key === 'name';
  const part = likeText(
    named ? fold(typed) : key === 'phone' ? typed.replace(/[^\d+]/g, '') : typed.toLowerCase(),
  );
  const text = named ? sql`${contact.sortName}` : key === 'email' ? sql`${column}` : sql`lower(${column})`;
  if (op === 'startsWith') {
    const test = sql`${text} like ${`${part}%`}`;
    if (named || key === 'email') return both(test);
    return { test, findText: inLookup(key) && defaultOf(key) === null ? innerText(key, typed) : undefined };
  }
  const test = sql`${text} like ${`%${part}%`}`;
  if (op === 'notContains') return { test: sql`(${column} <> '' and not ${test})` };
  const inText = key === 'phone' ? part.replace(/\D/g, '') : likeText(fold(typed));
  const inSearch = ['name', 'givenName', 'familyName', 'email', 'phone'].includes(key);
  if (inSearch) {
    return { test, find: inText.length > 2 ? sql`${contact.search} like ${`%${inText}%`}` : undefined };
  }
  return { test, findText: inLookup(key) && defaultOf(key) === null ? innerText(key, typed) : undefined };
}

function normalText(key: string, text: string, env: FilterEnv): string {
  if (key === 'email') return text.trim().toLowerCase();
  if (key === 'phone') return phonePoint(text, env.country).value;
  return key === 'ownerId' && text === 'me' ? env.me : text;
}

function listCondition(key: string, condition: FilterCondition, at: string): Condition {
  const column = key === 'tags' ? sql`${contact.tags}` : sql`${contact.roles}`;
  const { op } = condition;
  if (op === 'exists') return { test: sql`cardinality(${column}) > 0` };
  if (op === 'missing') return { test: sql`cardinality(${column}) = 0` };
  const values = sql`array(select jsonb_array_elements_text(${JSON.stringify(asList(condition, at).map(String))}::text::jsonb))`;
  if (op === 'hasAll') return both(sql`${column} @> ${values}`);
  return op === 'hasAny' ? both(sql`${column} && ${values}`) : { test: sql`not ${column} && ${values}` };
}

function numberCondition(key: string, condition: FilterCondition, at: string): Condition {
  const column = columnOf(key);
  if (condition.op === 'exists') return { test: sql`${column} is not null` };
  if (condition.op === 'missing') return { test: sql`${column} is null` };
  const test = compareSql(column, condition, at, (value) => sql`${asNumber(value, at)}::numeric`);
  const numbers = [condition.value ?? []].flat().map((value) => asNumber(value, at));
  const range = lookupRange({ ...condition, value: numbers });
  return { test, find: range === undefined ? undefined : findByLookup(key, range) };
}

function dateCondition(key: string, condition: FilterCondition, at: string, env: FilterEnv): Condition {
  const column = columnOf(key);
  const sortBound = key === 'createdAt' ? 'createdAt' : 'updatedAt';
  if (condition.op === 'exists') return { test: sql`true` };
  if (condition.op === 'missing') return { test: sql`false` };
  if (condition.op === 'withinLastDays' || condition.op === 'notWithinLastDays') {
    const since = addMs(env.now, -asNumber(condition.value, at) * DAY_MS).toISOString();
    const within = sql`${column} > ${since}::timestamptz`;
    const test = condition.op === 'withinLastDays' ? within : sql`not ${within}`;
    return { test, find: test, sortBound };
  }
  const test = compareSql(column, condition, at, (value) => sql`${asDate(value, at)}::timestamptz`);
  return { test, find: test, sortBound };
}

const has = (what: SQL): SQL =>
  sql`exists (select 1 from ${contactExternalId} e where e.contact_id = ${contact.contactId} and ${what})`;

function externalIdCondition(condition: FilterCondition, at: string): Condition {
  const { op } = condition;
  if (op === 'exists') return { test: sql`${contact.externalId} is not null` };
  if (op === 'missing') return { test: sql`${contact.externalId} is null` };
  const ids = op === 'in' || op === 'notIn' ? asList(condition, at).map(String) : [asText(condition, at)];
  if (op === 'isNot' || op === 'notIn') {
    return { test: sql`${contact.externalId} is not null and not ${has(sql`e.external_id in ${ids}`)}` };
  }
  const pattern = likeText(ids[0] ?? '');
  if (op === 'notContains') {
    return {
      test: sql`${contact.externalId} is not null and not ${has(sql`e.external_id ilike ${`%${pattern}%`}`)}`,
    };
  }
  const find = sql.join(
    ids.map((id) => sql`${contact.search} like ${`%${likeText(fold(id))}%`}`),
    sql` or `,
  );
  const test =
    op === 'is' || op === 'in'
      ? sql`e.external_id in ${ids}`
      : sql`e.external_id ilike ${op === 'startsWith' ? `${pattern}%` : `%${pattern}%`}`;
  return { test: has(test), find: sql`(${find})` };
}

function consentCondition(
  channel: string,
  purpose: string,
  condition: FilterCondition,
  at: string,
): Condition {
  const { op } = condition;
  const given = op === 'is' || op === 'isNot' ? [asText(condition, at)] : asList(condition, at).map(String);
  const latest = sql`coalesce((${latestSql(sql`${contact.contactId}`, sql`${purpose}`, sql`${channel}`)})::text, 'none')`;
  const words = given.map((state) =>
    state === 'granted' ? 'true' : state === 'withdrawn' ? 'false' : state,
  );
  const test = sql`${latest} in ${words}`;
  if (op === 'isNot' || op === 'notIn') return { test: sql`not ${test}` };
  if (words.includes('none')) return { test };
  const find = sql`${contact.contactId} in (select k.contact_id from ${consent} k
    where k.purpose = ${purpose} and k.channel = ${channel} and k.granted::text in ${words})`;
  return { test, find };
}
