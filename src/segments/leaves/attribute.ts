import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { addMs, DAY_MS, HOUR_MS } from '../../core/time.ts';
import { anniversaries, dayOf, startOfDay } from '../calendar.ts';
import { attributeKind } from '../contract.attribute.ts';
import { isTraitField } from '../contract.fields.ts';
import { instantOf } from '../contract.values.ts';
import type { AttributeLeaf } from '../contract.attribute.ts';
import type { Actual, LeafEnv, LeafSql, LeafType } from '../leaf.ts';
import { instant, plus, startOfLocalDay } from '../window.ts';
import { attributeFields, attributeWords } from './attribute.words.ts';
import { attributeFacts, keysBehind, nextWord } from './field.history.ts';
import { readField } from './field.ts';
import type { FieldSql } from './field.ts';
import { earliest } from './rows.ts';

/** What a contact's own field or custom attribute holds. A missing value fulfils nothing but `lacks`. */
export const attributeType: LeafType<AttributeLeaf> = {
  type: 'attribute',
  compile: compileAttribute,
  dependencies: (leaf) => keysBehind(leaf.field).map((key) => ({ kind: 'attribute', key })),
  futureFacts: null,
  facts: attributeFacts,
  words: attributeWords,
  fields: attributeFields,
};

const SYMBOLS = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

const never = (): null => null;
const isTrue = (condition: SQL): SQL => sql`(${condition}) is true`;

function compileAttribute(leaf: AttributeLeaf, env: LeafEnv): LeafSql {
  const actual = (): Actual => ({ kind: shownAs(leaf), sql: readField(leaf.field, env).shown() });
  const made = { ...compileValue(leaf, env), actual };
  if (!env.history || isTraitField(leaf.field)) return made;
  const words = (): (SQL | null)[] => keysBehind(leaf.field).map((key) => nextWord(key, env));
  return { ...made, until: () => earliest([made.until(), ...words()]) };
}

/** A birthday is shown as month and day. */
function shownAs(leaf: AttributeLeaf): string {
  const kind = attributeKind(leaf);
  return kind === 'birthday' ? 'text' : kind;
}

function compileValue(leaf: AttributeLeaf, env: LeafEnv): LeafSql {
  const field = readField(leaf.field, env);
  if (leaf.op === 'within') return within(leaf, field.date(), env.now);
  if (leaf.op === 'anniversary') return anniversary(leaf, field, env.now);
  return { value: isTrue(condition(leaf, field)), until: never, needs: [] };
}

type Timeless = Exclude<AttributeLeaf, { op: 'within' } | { op: 'anniversary' }>;

function condition(leaf: Timeless, field: FieldSql): SQL {
  if (leaf.op === 'exists') return field.present();
  if (leaf.op === 'lacks') return sql`(${field.present()}) is not true`;
  switch (attributeKind(leaf)) {
    case 'list':
      return listCondition(leaf, field);
    case 'number':
      return ordered(leaf, field.number(), (value) => sql`${String(value)}::numeric`);
    case 'date':
      return dates(leaf, field.date());
    case 'boolean':
      return 'value' in leaf
        ? equality(leaf.op, field.boolean(), sql`${leaf.value === true}::boolean`)
        : sql`false`;
    case 'text':
    case 'birthday':
    default:
      return textCondition(leaf, field);
  }
}

function textCondition(leaf: Timeless, field: FieldSql): SQL {
  if (!('value' in leaf)) return sql`false`;
  const text = field.text();
  if (Array.isArray(leaf.value)) return membership(leaf.op, text, textArray(leaf.value));
  const value = String(leaf.value);
  if (leaf.op === 'is') return field.textIs(value);
  if (leaf.op === 'isNot') return equality('isNot', text, sql`${value}::text`);
  if (leaf.op === 'matches') return sql`${text} ~* ${value}::text`;
  const literal = value.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
  if (leaf.op === 'contains') return sql`${text} ilike ${`%${literal}%`}::text`;
  if (leaf.op === 'startsWith') return sql`${text} ilike ${`${literal}%`}::text`;
  return sql`${text} ilike ${`%${literal}`}::text`;
}

function listCondition(leaf: Timeless, field: FieldSql): SQL {
  if (!('value' in leaf)) return sql`false`;
  const values = (Array.isArray(leaf.value) ? leaf.value : [leaf.value]).map(String);
  if (leaf.op === 'contains') return field.listHolds(values[0] ?? '');
  const overlaps = field.listOverlaps(textArray(values));
  return leaf.op === 'in' ? overlaps : sql`${field.present()} and not (${overlaps})`;
}

function ordered(leaf: Timeless, value: SQL, param: (value: number) => SQL): SQL {
  if (leaf.op === 'between')
    return sql`${value} between ${param(Number(leaf.from))} and ${param(Number(leaf.to))}`;
  if (!('value' in leaf)) return sql`false`;
  if (Array.isArray(leaf.value)) {
    return membership(leaf.op, value, sql`${`{${leaf.value.map(Number).join(',')}}`}::numeric[]`);
  }
  const other = param(Number(leaf.value));
  if (leaf.op === 'is' || leaf.op === 'isNot') return equality(leaf.op, value, other);
  return leaf.op in SYMBOLS ? compare(leaf.op, value, other) : sql`false`;
}

/** Instants between are [from, to), like every window. */
function dates(leaf: Timeless, value: SQL): SQL {
  if (leaf.op === 'between') {
    const [from, to] = [instantOf(String(leaf.from)), instantOf(String(leaf.to))];
    return sql`${value} >= ${instant(from)} and ${value} < ${instant(to)}`;
  }
  return 'value' in leaf ? compare(leaf.op, value, instant(instantOf(String(leaf.value)))) : sql`false`;
}

function compare(op: string, value: SQL, other: SQL): SQL {
  return sql`${value} ${sql.raw(SYMBOLS[op as keyof typeof SYMBOLS])} ${other}`;
}

const equality = (op: string, value: SQL, other: SQL): SQL =>
  op === 'is' ? sql`${value} = ${other}` : sql`${value} <> ${other}`;

const membership = (op: string, value: SQL, list: SQL): SQL =>
  op === 'in' ? sql`${value} = any(${list})` : sql`${value} <> all(${list})`;

const textArray = (values: readonly (string | number)[]): SQL =>
  sql`array(select jsonb_array_elements_text(${JSON.stringify(values)}::text::jsonb))`;

const UNIT_MS = { hours: HOUR_MS, days: DAY_MS } as const;

/** last: (now − N, now]; next: (now, now + N]. Calendar days count today as the first. */
function within(leaf: Extract<AttributeLeaf, { op: 'within' }>, date: SQL, now: Date): LeafSql {
  const last = leaf.direction === 'last';
  const at = instant(now);
  if (leaf.unit === 'calendarDays') {
    const edge = startOfLocalDay(at, last ? 1 - leaf.amount : leaf.amount, leaf.zone);
    const moved = startOfLocalDay(date, last ? leaf.amount : 1 - leaf.amount, leaf.zone);
    const inside = last
      ? sql`${date} >= ${edge} and ${date} <= ${at}`
      : sql`${date} > ${at} and ${date} < ${edge}`;
    return { value: isTrue(inside), until: () => nextOf(now, [date, moved]), needs: [] };
  }
  const length = leaf.amount * UNIT_MS[leaf.unit];
  const edge = instant(addMs(now, last ? -length : length));
  const inside = last
    ? sql`${date} > ${edge} and ${date} <= ${at}`
    : sql`${date} > ${at} and ${date} <= ${edge}`;
  return {
    value: isTrue(inside),
    until: () => nextOf(now, [date, plus(date, last ? length : -length)]),
    needs: [],
  };
}

/** The first of these moments that lies ahead. */
function nextOf(now: Date, moments: readonly SQL[]): SQL {
  const ahead = moments.map((at) => sql`case when ${at} > ${instant(now)} then ${at} end`);
  return sql`least(${sql.join(ahead, sql`, `)})`;
}

/** Looked up in two small tables by month and day, so that no contact's date is ever built (and none can be wrong). */
function anniversary(
  leaf: Extract<AttributeLeaf, { op: 'anniversary' }>,
  field: FieldSql,
  now: Date,
): LeafSql {
  const zone = leaf.zone ?? 'UTC';
  const table = anniversaries(dayOf(now, zone), leaf.days);
  const index = field.monthDayIndex(zone);
  const inside = table.map((entry) => (entry?.within === true ? 't' : 'f')).join(',');
  return {
    value: isTrue(sql`(${`[0:${table.length - 1}]={${inside}}`}::boolean[])[${index}]`),
    until: () => {
      const starts = new Map<number, string>();
      const changes = table.map((entry) => {
        if (entry === null || entry.until === null) return 'NULL';
        const known = starts.get(entry.until) ?? startOfDay(entry.until, zone).toISOString();
        starts.set(entry.until, known);
        return `"${known}"`;
      });
      return sql`(${`[0:${table.length - 1}]={${changes.join(',')}}`}::timestamptz[])[${index}]`;
    },
    needs: [],
  };
}
