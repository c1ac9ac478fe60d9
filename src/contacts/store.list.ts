import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, rows } from '../core/db.ts';
import { DomainError } from '../core/errors.ts';
import { badCursor, cursorId, decodeCursor, encodeCursor } from '../core/paging.ts';
import type { FilterCondition, Sort, SortField } from './contract.list.ts';
import type { ContactView } from './contract.ts';
import { contact } from './schema.ts';
import { and, gathered } from './store.gather.ts';
import type { ListScope } from './store.gather.ts';
import { both } from './store.filter.values.ts';
import type { Condition } from './store.filter.values.ts';
import { ownerLimit } from './store.visible.ts';

/**
 * Lists of a million contacts. PostgreSQL alone falls into a trap here: it expects the rows that fit spread evenly along the
 * order asked for, walks that index for them, and when they are few or all at the end it walks it whole. So we decide: walk
 * some thousand rows of the order, which answers at once whatever many fit; and when that does not fill the page, gather all
 * that fit by the filter's own indexes and sort them, which is quick when they are few.
 */

/** Rows of the order looked at before gathering: a page of 50 is filled when one in a hundred fits. About 10 ms. */
const WALK_ROWS = 5_000;
/** What a list may take before it gives up: long past comfort, short enough that others do not wait. */
const LIST_TIMEOUT_MS = 3_000;

/**
 * Which rows of the table are people at all: known contacts, unless the filter asks for visitors. The text is that of the
 * partial indexes.
 */
export function scopeOf(
  ctx: Ctx,
  filter: readonly FilterCondition[],
  conditions: readonly Condition[],
): ListScope {
  const kinds = filter.filter((c) => c.field === 'kind');
  const visitors = kinds.some(
    (c) => [c.value].flat().includes('visitor') && (c.op === 'is' || c.op === 'in'),
  );
  const onlyVisitors = visitors && kinds.some((c) => c.op === 'is');
  const people = onlyVisitors
    ? sql`${contact.kind} = 'visitor'`
    : visitors
      ? sql`true`
      : sql`${contact.kind} <> 'visitor'`;
  const base = sql`${contact.mergedInto} is null and ${people}`;
  const limit = ownerLimit(ctx);
  // Among the conditions, not in the base: the walk is then bounded for a person with few contacts of many, too.
  return { base, conditions: limit === null ? conditions : [both(limit), ...conditions] };
}

type Key = { column: SQL; type: SQL; wire: SQL; blank: SQL | null; blankable: SQL | null };
const KEYS: Readonly<Record<SortField, Key>> = {
  createdAt: timeKey(sql`${contact.createdAt}`),
  updatedAt: timeKey(sql`${contact.updatedAt}`),
  name: {
    column: sql`${contact.sortName}`,
    type: sql`text`,
    wire: sql`${contact.sortName}`,
    blank: sql`${contact.sortName} = ''`,
    blankable: sql`${contact.sortName} > ''`,
  },
  email: {
    column: sql`${contact.email}`,
    type: sql`text`,
    wire: sql`${contact.email}`,
    blank: sql`${contact.email} is null`,
    blankable: sql`${contact.email} is not null`,
  },
};

/** Instants travel in cursors as microseconds, exactly. */
function timeKey(column: SQL): Key {
  return {
    column,
    type: sql`timestamptz`,
    wire: sql`to_char(${column}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`,
    blank: null,
    blankable: null,
  };
}

/** A stretch of the order: those with a value, then those without. */
type Stretch = { where: SQL; after: SQL; blank: boolean };

export type ListRow = { view: ContactView; key: string | null };

/** A page of a scope in the order asked for; blanks come last both ways. Throws bad_cursor, filter_too_slow. */
export async function listContacts(
  ctx: Ctx,
  scope: ListScope,
  page: { sort: Sort; limit: number; cursor?: string | undefined },
): Promise<{ items: ContactView[]; nextCursor: string | null }> {
  const descending = page.sort.startsWith('-');
  const field = page.sort.replace('-', '') as SortField;
  const found: ListRow[] = [];
  const blank = scope.conditions.find((c) => c.blank?.field === field)?.blank;
  for (const stretch of stretches(KEYS[field], descending, page.cursor)) {
    const wanted = page.limit + 1 - found.length;
    if (wanted > 0 && (blank === undefined || blank.is === stretch.blank))
      found.push(...(await stretchRows(ctx, scope, stretch, { field, descending, wanted })));
  }
  const items = found.slice(0, page.limit);
  const last = items.at(-1);
  const more = found.length > page.limit && last !== undefined;
  return {
    items: items.map(({ view }) => view),
    nextCursor: more ? encodeCursor([last.key, last.view.id]) : null,
  };
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

/** The cursor's values, refused when they are none this list could have made: they go into casts. */
function checkedCursor(key: Key, cursor: string): [string | null, string] {
  const [value, id] = decodeCursor(cursor, 2);
  const fits =
    key.blank === null ? typeof value === 'string' && INSTANT.test(value) : typeof value !== 'number';
  if (!fits || value === undefined || typeof value === 'number') throw badCursor();
  return [value, cursorId(id)];
}

function stretches(key: Key, descending: boolean, cursor: string | undefined): Stretch[] {
  const beyond = sql.raw(descending ? '<' : '>');
  const [value, id] = cursor === undefined ? [undefined, undefined] : checkedCursor(key, cursor);
  const after =
    typeof value === 'string'
      ? sql`(${key.column}, ${contact.contactId}) ${beyond} (${value}::${key.type}, ${id}::uuid)`
      : sql`true`;
  if (key.blank === null || key.blankable === null) return [{ where: sql`true`, after, blank: false }];
  const named = { where: key.blankable, after, blank: false };
  if (cursor === undefined) return [named, { where: key.blank, after: sql`true`, blank: true }];
  const blanksBegun = value === null || value === '';
  const blanks = {
    blank: true,
    where: key.blank,
    after: blanksBegun ? sql`${contact.contactId} ${beyond} ${id}::uuid` : sql`true`,
  };
  return blanksBegun ? [blanks] : [named, blanks];
}

type Ask = { field: SortField; descending: boolean; wanted: number };

async function stretchRows(ctx: Ctx, scope: ListScope, stretch: Stretch, ask: Ask): Promise<ListRow[]> {
  const walked = await run(ctx, walkSql(scope, stretch, ask));
  if (walked.length >= ask.wanted || scope.conditions.length === 0) return walked;
  return run(ctx, gatherSql(await gathered(ctx, scope), stretch, ask));
}

function orderSql(ask: Ask): SQL {
  const direction = sql.raw(ask.descending ? 'desc' : 'asc');
  // Blanks are a stretch of their own, so nulls never meet values; named as the index has them.
  const nulls = sql.raw(ask.descending ? 'nulls first' : 'nulls last');
  return sql`${KEYS[ask.field].column} ${direction} ${nulls}, ${contact.contactId} ${direction}`;
}

/** The first rows of the order, filtered: the inner limit keeps PostgreSQL from walking further. */
function walkSql(scope: ListScope, stretch: Stretch, ask: Ask): SQL {
  const bounds = scope.conditions.filter((c) => c.sortBound === ask.field).map((c) => c.test);
  const rest = scope.conditions.filter((c) => c.sortBound !== ask.field).map((c) => c.test);
  const rowsWalked = rest.length === 0 ? ask.wanted : WALK_ROWS;
  return sql`select ${viewSql(ask.field)} from (
      select * from ${contact} where ${and([scope.base, stretch.where, stretch.after, ...bounds])}
      order by ${orderSql(ask)} limit ${rowsWalked}
    ) as contact where ${and(rest)} order by ${orderSql(ask)} limit ${ask.wanted}`;
}

/** All that fit, without regard to the order (materialized: the limit must not reach the planner), then the page of them. */
function gatherSql(fits: SQL, stretch: Stretch, ask: Ask): SQL {
  const { column } = KEYS[ask.field];
  const direction = sql.raw(ask.descending ? 'desc nulls first' : 'asc nulls last');
  return sql`with fitting as materialized (
      select ${contact.contactId} as id, ${column} as key from ${contact}
      where ${and([fits, stretch.where, stretch.after])}
    ), page as (
      select id from fitting order by key ${direction}, id ${sql.raw(ask.descending ? 'desc' : 'asc')} limit ${ask.wanted}
    )
    select ${viewSql(ask.field)} from page join ${contact} on ${contact.contactId} = page.id order by ${orderSql(ask)}`;
}

type ViewRow = Omit<ContactView, 'createdAt' | 'updatedAt'> & {
  createdAt: string;
  updatedAt: string;
  key: string | null;
};

const VIEW = sql`contact_id as id, kind, roles, name, given_name as "givenName", family_name as "familyName", email, phone,
  country, city, locale, time_zone as "timeZone", birth_year as "birthYear", birth_month as "birthMonth",
  birth_day as "birthDay", status, tags, attributes, owner_id as "ownerId", source, external_id as "externalId", version,
  created_at as "createdAt", updated_at as "updatedAt"`;

const viewSql = (field: SortField): SQL => sql`${VIEW}, ${KEYS[field].wire} as key`;

async function run(ctx: Ctx, query: SQL): Promise<ListRow[]> {
  return (await bounded(ctx, LIST_TIMEOUT_MS, (db) => rows<ViewRow>(db, query))).map(listRow);
}

function listRow({ key, createdAt, updatedAt, ...view }: ViewRow): ListRow {
  const times = { createdAt: dateOf(createdAt).toISOString(), updatedAt: dateOf(updatedAt).toISOString() };
  return { key, view: { ...view, ...times } };
}

/** The next contacts of a scope in the order of their ids; one walk along the primary key over all batches. */
export async function exportRows(
  ctx: Ctx,
  scope: ListScope,
  after: string | null,
  limit: number,
): Promise<ContactView[]> {
  const beyond = after === null ? sql`true` : sql`${contact.contactId} > ${after}::uuid`;
  const fits = and([scope.base, beyond, ...scope.conditions.map((c) => c.test)]);
  const found = await rows<ViewRow>(
    ctx.db,
    sql`select ${VIEW}, null as key from ${contact} where ${fits} order by ${contact.contactId} limit ${limit}`,
  );
  return found.map((row) => listRow(row).view);
}

/** Runs a read that may not take longer; throws filter_too_slow. */
export async function bounded<T>(
  ctx: Ctx,
  timeoutMs: number,
  read: (db: Ctx['db']) => Promise<T>,
): Promise<T> {
  try {
    return await ctx.db.transaction(async (tx) => {
      await tx.execute(sql.raw(`set local statement_timeout = ${timeoutMs}`));
      return read(tx);
    });
  } catch (error) {
    if (!isCancelled(error)) throw error;
    throw new DomainError({
      code: 'filter_too_slow',
      status: 422,
      detail:
        'This filter takes too long on a base of this size. Add a search or a condition that few contacts fit.',
      at: 'filter',
      cause: error,
    });
  }
}

/** PostgreSQL's query_canceled, also inside drizzle's wrapper. */
function isCancelled(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === '57014') || isCancelled(error.cause);
}
