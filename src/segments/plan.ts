import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import { contact } from '../contacts/index.ts';
import type { Part, Source, SourceSpec } from './leaf.ts';
import { instant } from './window.ts';

/**
 * Gathers what the leaves of one rule read and writes the FROM clause: each set of facts is aggregated once, in one pass
 * grouped by contact, with a FILTER for what only some leaves ask.
 */

/** Only these contacts are evaluated: the incremental use of the same text. */
export type Restriction = { contactIds: readonly string[] };

export type Plan = {
  contact(column: string): SQL;
  source(spec: SourceSpec): Source;
  /** FROM and WHERE over the contacts that can have another value than false for ever. `needs`: sources such have rows in. */
  from(options: {
    needs: ReadonlySet<string>;
    restriction?: Restriction | undefined;
    universe?: SQL | undefined;
  }): { contactId: SQL; from: SQL; where: SQL };
};

type Aggregate = { fn: string; parts: readonly Part[]; column: string };
type PlannedSource = { name: string; spec: SourceSpec; aggregates: Map<string, Aggregate> };

export const idList = (ids: readonly string[]): SQL => sql`${`{${ids.join(',')}}`}::uuid[]`;

const and = (conditions: readonly SQL[]): SQL =>
  conditions.length === 0 ? sql`true` : sql.join([...conditions], sql` and `);

/** As many as tell why; the count itself is said apart. */
export const FACTS_SHOWN = 5;

export function newPlan(knownAt: Date | null = null): Plan {
  const sources = new Map<string, PlannedSource>();
  const used = { contact: false };
  return {
    contact: (column) => {
      used.contact = true;
      return sql.raw(`contact.${column}`);
    },
    source: (given) => {
      const spec = knownAt === null ? given : knownBy(given, knownAt);
      const known = sources.get(spec.key);
      const planned = known ?? { name: `s${sources.size}`, spec, aggregates: new Map<string, Aggregate>() };
      sources.set(spec.key, planned);
      return {
        key: spec.key,
        agg: (fn, parts) => aggregate(planned, fn, parts),
        newest: (contactId, parts, columns) => newest(spec, contactId, parts, columns),
      };
    },
    from: ({ needs, restriction, universe }) => {
      const planned = [...sources.values()];
      const needed = planned.filter((source) => needs.has(source.spec.key));
      const driver = needed[0];
      const contactId = sql.raw(driver === undefined ? 'contact.contact_id' : `${driver.name}.contact_id`);
      const where: SQL[] = universe === undefined ? [] : [universe];
      const withContact = used.contact || universe !== undefined || driver === undefined;
      const tables: SQL[] = driver === undefined ? [] : [subquery(driver, restriction)];
      if (withContact) {
        tables.push(
          driver === undefined ? sql`${contact}` : sql`join ${contact} on contact.contact_id = ${contactId}`,
        );
        where.push(sql`contact.merged_into is null`);
        if (restriction !== undefined) where.push(within(sql`contact.contact_id`, restriction));
      } else {
        // Facts of merged contacts are moved; this keeps out what came in at the same moment.
        where.push(sql`not exists (select from ${contact} gone
          where gone.contact_id = ${contactId} and gone.merged_into is not null)`);
      }
      for (const source of planned) {
        if (source === driver) continue;
        const kind = sql.raw(needed.includes(source) ? 'join' : 'left join');
        tables.push(
          sql`${kind} ${subquery(source, restriction)} on ${sql.raw(source.name)}.contact_id = ${contactId}`,
        );
      }
      return { contactId, from: sql.join(tables, sql` `), where: and(where) };
    },
  };
}

function knownBy(spec: SourceSpec, knownAt: Date): SourceSpec {
  if (spec.recorded === undefined) return spec;
  return { ...spec, where: [...spec.where, sql`${spec.recorded} <= ${instant(knownAt)}`] };
}

function newest(spec: SourceSpec, contactId: string, parts: readonly Part[], columns: SQL): SQL {
  const where = [sql`f.contact_id = ${contactId}::uuid`, ...spec.where, ...parts.map((part) => part.sql)];
  return sql`select f.occurred_at as at, ${columns} from ${spec.from} where ${and(where)}
    order by f.occurred_at desc limit ${FACTS_SHOWN}`;
}

function aggregate(source: PlannedSource, fn: string, parts: readonly Part[]): SQL {
  const sorted = parts.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const key = JSON.stringify([fn, ...sorted.map((part) => part.key)]);
  const known = source.aggregates.get(key);
  const made = known ?? { fn, parts: sorted, column: `a${source.aggregates.size}` };
  source.aggregates.set(key, made);
  return sql.raw(`${source.name}.${made.column}`);
}

function subquery(source: PlannedSource, restriction: Restriction | undefined): SQL {
  const aggregates = [...source.aggregates.values()];
  const common = (aggregates[0]?.parts ?? []).filter((part) =>
    aggregates.every((other) => other.parts.some((p) => p.key === part.key)),
  );
  const isCommon = new Set(common.map((part) => part.key));
  const columns = aggregates.map(({ fn, parts, column }) => {
    const own = parts.filter((part) => !isCommon.has(part.key)).map((part) => part.sql);
    const filter = own.length === 0 ? sql`` : sql` filter (where ${and(own)})`;
    return sql`, ${sql.raw(fn)}${filter} as ${sql.raw(column)}`;
  });
  const where = [
    ...source.spec.where,
    ...common.map((part) => part.sql),
    ...lowerBound(aggregates, isCommon),
  ];
  if (restriction !== undefined) where.push(within(sql`f.contact_id`, restriction));
  return sql`(select f.contact_id${sql.join(columns)} from ${source.spec.from}
    where ${and(where)} group by f.contact_id) ${sql.raw(source.name)}`;
}

/** When every aggregate ignores rows before some instant, the source skips those before the earliest such instant. */
function lowerBound(aggregates: readonly Aggregate[], isCommon: ReadonlySet<string>): SQL[] {
  const bounds = aggregates.map(({ parts }) => parts.flatMap((part) => part.lower ?? []));
  if (
    bounds.some((own) => own.length === 0) ||
    aggregates.every((a) => a.parts.some((p) => p.lower && isCommon.has(p.key)))
  )
    return [];
  const latest = bounds.map((own) => Math.max(...own.map((at) => at.getTime())));
  return [sql`f.occurred_at >= ${instant(new Date(Math.min(...latest)))}`];
}

function within(column: SQL, restriction: Restriction): SQL {
  return sql`${column} = any(${idList(restriction.contactIds)})`;
}
