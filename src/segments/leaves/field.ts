import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { CUSTOM_PREFIX, fieldKind, isContactField, isTraitField, TRAIT_PREFIX } from '../contract.fields.ts';
import type { ContactField, TraitField } from '../contract.fields.ts';
import { minorDigits } from '../../core/money.ts';
import { contactTrait } from '../../tracking/index.ts';
import type { LeafEnv, Part } from '../leaf.ts';
import { changedThen, valueThen } from './field.history.ts';

/** A field of a contact read as SQL, one reading per kind; each is NULL when the contact holds no such value. */
export type FieldSql = {
  present(): SQL;
  text(): SQL;
  /** An equality that an index can serve. */
  textIs(value: string): SQL;
  number(): SQL;
  boolean(): SQL;
  /** timestamptz; a day is its midnight UTC. */
  date(): SQL;
  listHolds(value: string): SQL;
  listOverlaps(values: SQL): SQL;
  /** month × 31 + day, see calendar.ts. */
  monthDayIndex(zone: string): SQL;
  /** The value as it is, as jsonb; for people to read. */
  shown(): SQL;
};

const COLUMNS: Readonly<Record<Exclude<ContactField, 'birthday'>, string>> = {
  name: 'name',
  givenName: 'given_name',
  familyName: 'family_name',
  email: 'email',
  phone: 'phone',
  country: 'country',
  city: 'city',
  locale: 'locale',
  timeZone: 'time_zone',
  kind: 'kind',
  roles: 'roles',
  tags: 'tags',
  status: 'status',
  ownerId: 'owner_id',
  source: 'source',
  externalId: 'external_id',
  birthYear: 'birth_year',
  birthMonth: 'birth_month',
  birthDay: 'birth_day',
  createdAt: 'created_at',
  updatedAt: 'updated_at',
};

const NOTHING = sql`null`;

export function readField(name: string, env: LeafEnv): FieldSql {
  if (name === 'birthday') return birthday(env);
  if (isContactField(name)) return ownField(name as keyof typeof COLUMNS, env);
  if (isTraitField(name)) return traitField(name, env);
  return customField(name.slice(CUSTOM_PREFIX.length), env);
}

/** A column of the contact as it stands, or as it stood at the past moment asked about. */
function columnOf(name: keyof typeof COLUMNS, env: LeafEnv): SQL {
  const column = env.contact(COLUMNS[name]);
  // These two never change.
  if (!env.history || name === 'createdAt' || name === 'externalId') return column;
  if (name === 'updatedAt') return changedThen(env);
  const then = valueThen(name, env, sql`to_jsonb(${column})`);
  switch (fieldKind(name)) {
    case 'list':
      return sql`coalesce(case when jsonb_typeof(${then}) = 'array' then array(select jsonb_array_elements_text(${then})) end, '{}')`;
    case 'number':
      return sql`(${then} #>> '{}')::numeric`;
    case undefined:
    case 'text':
    case 'date':
    case 'boolean':
    case 'birthday':
    default:
      return sql`(${then} #>> '{}')`;
  }
}

function birthday(env: LeafEnv): FieldSql {
  const month = (): SQL => columnOf('birthMonth', env);
  const day = (): SQL => columnOf('birthDay', env);
  return {
    ...nothing,
    present: () => sql`${month()} is not null and ${day()} is not null`,
    monthDayIndex: () => sql`(${month()} * 31 + ${day()})::int`,
    shown: () => sql`to_jsonb(lpad(${month()}::text, 2, '0') || '-' || lpad(${day()}::text, 2, '0'))`,
  };
}

const nothing: FieldSql = {
  present: () => NOTHING,
  text: () => NOTHING,
  textIs: () => NOTHING,
  number: () => NOTHING,
  boolean: () => NOTHING,
  date: () => NOTHING,
  listHolds: () => NOTHING,
  listOverlaps: () => NOTHING,
  monthDayIndex: () => NOTHING,
  shown: () => NOTHING,
};

function ownField(name: keyof typeof COLUMNS, env: LeafEnv): FieldSql {
  const column = (): SQL => columnOf(name, env);
  const kind = fieldKind(name);
  const text = (): SQL => sql`nullif(${column()}, '')`;
  return {
    ...nothing,
    present: () => {
      if (kind === 'list') return sql`cardinality(${column()}) > 0`;
      return kind === 'text' ? sql`${column()} <> ''` : sql`${column()} is not null`;
    },
    text,
    textIs: (value) => sql`${column()} = ${value}::text`,
    number: () => column(),
    date: () => column(),
    listHolds: (value) => sql`${column()} @> array[${value}::text]`,
    listOverlaps: (values) => sql`${column()} && ${values}`,
    monthDayIndex: (zone) => {
      const local = sql`(${column()} at time zone ${zone}::text)`;
      return sql`(extract(month from ${local}) * 31 + extract(day from ${local}))::int`;
    },
    shown: () => sql`to_jsonb(${kind === 'text' ? text() : column()})`,
  };
}

/** Traits of all contacts in one pass; money becomes whole units, as people write it. */
function traitField(name: TraitField, env: LeafEnv): FieldSql {
  const key = name.slice(TRAIT_PREFIX.length);
  const source = env.source({ key: 'traits', from: sql`${contactTrait} f`, where: [] });
  const part: Part = { key, sql: sql`f.key = ${key}::text` };
  const read = (fn: string) => (): SQL => source.agg(fn, [part]);
  const digits = name === 'traits.averageOrderValue' ? minorDigits(env.baseCurrency) : 0;
  const number = read('max(f.number_value)');
  const text = read('max(f.text_value)');
  const date = read('max(f.date_value)');
  return {
    ...nothing,
    present: () => sql`${read('count(*)')()} > 0`,
    text,
    textIs: (value) => sql`${text()} = ${value}::text`,
    number: () => (digits === 0 ? number() : sql`(${number()} / ${10 ** digits}::numeric)`),
    date,
    monthDayIndex: (zone) => {
      const local = sql`(${date()} at time zone ${zone}::text)`;
      return sql`(extract(month from ${local}) * 31 + extract(day from ${local}))::int`;
    },
    shown: () =>
      sql`coalesce(to_jsonb(${number()} / ${10 ** digits}::numeric), to_jsonb(${text()}), to_jsonb(${date()}))`,
  };
}

/** Days of the years 1000 to 9999, with a time and an offset or alone. Nothing this lets through fails to be cast. */
const DAY = String.raw`[1-9]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])`;
const TIME = String.raw`T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)?`;
const DATE_PATTERN = `^${DAY}(${TIME})?$`;

/** A custom attribute counts only as what it was stored as: the text "5" is no number. */
function customField(key: string, env: LeafEnv): FieldSql {
  const all = (): SQL => env.contact('attributes');
  const present = (): SQL => sql`(${all()} -> ${key}::text)`;
  const json = env.history ? (): SQL => valueThen(CUSTOM_PREFIX + key, env, present()) : present;
  const text = (): SQL => (env.history ? sql`(${json()} #>> '{}')` : sql`(${all()} ->> ${key}::text)`);
  const typed = (type: string, value: SQL): SQL =>
    sql`case when jsonb_typeof(${json()}) = '${sql.raw(type)}' then ${value} end`;
  const holds = (value: unknown): SQL =>
    env.history
      ? sql`(case when jsonb_typeof(${json()}) = ${Array.isArray(value) ? 'array' : 'string'} then ${json()} @> ${JSON.stringify(value)}::text::jsonb end)`
      : sql`${all()} @> ${JSON.stringify({ [key]: value })}::text::jsonb`;
  const date = (): SQL =>
    typed('string', sql`case when ${text()} ~ ${DATE_PATTERN}::text then ${existing(text())} end`);
  return {
    present: () => sql`${json()} not in ('null', '""', '[]')`,
    text: () => typed('string', sql`nullif(${text()}, '')`),
    textIs: holds,
    number: () => typed('number', sql`${text()}::numeric`),
    boolean: () => typed('boolean', sql`${text()}::boolean`),
    date,
    listHolds: (value) => holds([value]),
    listOverlaps: (values) => typed('array', sql`${json()} ?| ${values}`),
    monthDayIndex: () => {
      const whole = sql`substr(${text()}, 6, 2)::int * 31 + substr(${text()}, 9, 2)::int`;
      return sql`(case when ${date()} is not null then ${whole} end)`;
    },
    shown: json,
  };
}

/** The text as an instant unless its month has no such day. The first of a month always exists. */
function existing(text: SQL): SQL {
  const first = sql`make_date(substr(${text}, 1, 4)::int, substr(${text}, 6, 2)::int, 1)`;
  return sql`case when substr(${text}, 9, 2)::int <= extract(day from ${first} + interval '1 month - 1 day')
    then ${text}::timestamptz end`;
}
