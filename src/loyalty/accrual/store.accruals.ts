import { sql } from '../../core/sql.ts';
import { z } from 'zod';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { Past } from './caps.ts';
import { MISSES } from './contract.ts';
import { accrual } from './schema.ts';
import { uuids } from './store.orders.ts';

/** What has been earned, with all it was decided by. */

const kept = z.object({
  ruleId: z.uuid(),
  version: z.number().int(),
  points: z.number().int(),
  desired: z.number().int(),
  why: z.enum(MISSES).nullable(),
  needed: z.number().nullable(),
  had: z.number().nullable(),
  /** What its caps left then; null: it had none. */
  period: z.number().int().nullable(),
  balance: z.number().int().nullable(),
  /** Value of the property by which it earns once. */
  item: z.string().nullable(),
});
export type KeptRule = z.output<typeof kept>;

/** Amounts in millionths of a currency unit, as texts. */
const frozen = z.object({
  tier: z.string().nullable(),
  tierFactor: z.string(),
  segments: z.array(z.string()),
  personCategories: z.array(z.string()),
  orders: z.number().int(),
  earnOnPointsPart: z.boolean(),
  paid: z.string(),
  promo: z.array(z.string()),
  maxPointsPerOrder: z.number().int().nullable().default(null),
});
export type Frozen = z.output<typeof frozen>;

export type AccrualRow = {
  contactId: string;
  programId: string;
  source: string;
  occurredAt: Date;
  earned: bigint;
  kept: bigint;
  rules: KeptRule[];
  facts: Frozen;
  settledAt: Date;
};

const COLUMNS = sql`contact_id as "contactId", program_id as "programId", source, occurred_at as "occurredAt", earned::text as earned,
  kept::text as kept, rules, facts, settled_at as "settledAt"`;
type Raw = {
  contactId: string;
  programId: string;
  source: string;
  occurredAt: string;
  earned: string;
  kept: string;
  rules: unknown;
  facts: unknown;
  settledAt: string;
};

const rowOf = (raw: Raw): AccrualRow => ({
  ...raw,
  occurredAt: dateOf(raw.occurredAt),
  settledAt: dateOf(raw.settledAt),
  earned: BigInt(raw.earned),
  kept: BigInt(raw.kept),
  rules: z.array(kept).parse(raw.rules),
  facts: frozen.parse(raw.facts),
});

export async function accrualsOf(
  ctx: Ctx,
  wanted: readonly { contactId: string; source: string }[],
): Promise<AccrualRow[]> {
  if (wanted.length === 0) return [];
  const found = await hotRows<Raw>(
    ctx.db,
    sql`
    select ${COLUMNS} from ${accrual} a
    where (a.contact_id, a.source) in (select "contactId", source from ${unnested('w', wanted, { contactId: 'uuid', source: 'text' })})`,
  );
  return found.map(rowOf);
}

export async function keepAccruals(ctx: Ctx, list: readonly AccrualRow[]): Promise<void> {
  if (list.length === 0) return;
  const flat = list.map((row) => ({
    ...row,
    rules: JSON.stringify(row.rules),
    facts: JSON.stringify(row.facts),
  }));
  await hotRows(
    ctx.db,
    sql`
    insert into ${accrual} (contact_id, program_id, source, occurred_at, earned, kept, rules, facts, settled_at, origin_id)
    select "contactId", "programId", source, "occurredAt", earned, kept, rules, facts, "settledAt", "contactId"
    from ${unnested('r', flat, {
      contactId: 'uuid',
      programId: 'uuid',
      source: 'text',
      occurredAt: 'timestamptz',
      earned: 'bigint',
      kept: 'bigint',
      rules: 'jsonb',
      facts: 'jsonb',
      settledAt: 'timestamptz',
    })}
    on conflict (contact_id, program_id, source) do update set kept = excluded.kept, rules = excluded.rules,
      settled_at = excluded.settled_at`,
  );
}

/** What these rules gave these contacts since, as far as it still stands. */
export async function pastOf(
  ctx: Ctx,
  contactIds: readonly string[],
  ruleIds: readonly string[],
  since: Date | null,
): Promise<Past[]> {
  if (contactIds.length === 0 || ruleIds.length === 0) return [];
  const found = await hotRows<{
    contactId: string;
    ruleId: string;
    at: string;
    points: string;
    item: string | null;
  }>(
    ctx.db,
    sql`
    select a.contact_id as "contactId", r ->> 'ruleId' as "ruleId", a.occurred_at as at, r ->> 'points' as points, r ->> 'item' as item
    from ${accrual} a, jsonb_array_elements(a.rules) r
    where a.contact_id = any(${uuids(contactIds)}) and (r ->> 'ruleId')::uuid = any(${uuids(ruleIds)})
      and (r ->> 'points')::bigint > 0 and (${since?.toISOString() ?? null}::timestamptz is null or a.occurred_at >= ${since?.toISOString() ?? null}::timestamptz)`,
  );
  return found.map(({ at, points, ...row }) => ({ ...row, at: dateOf(at), points: BigInt(points) }));
}

/** The contact's accruals, newest first. */
export async function listAccruals(
  ctx: Ctx,
  contactId: string,
  page: { limit: number; before: { at: Date; source: string } | undefined },
): Promise<AccrualRow[]> {
  const { before } = page;
  const found = await rows<Raw>(
    ctx.db,
    sql`
    select ${COLUMNS} from ${accrual} where contact_id = ${contactId}::uuid
      ${before === undefined ? sql`` : sql`and (occurred_at, source) < (${before.at.toISOString()}::timestamptz, ${before.source})`}
    order by occurred_at desc, source desc limit ${page.limit}`,
  );
  return found.map(rowOf);
}
