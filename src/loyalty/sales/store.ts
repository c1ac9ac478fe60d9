import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import { visibleContacts } from '../../contacts/index.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows, rows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { PricedCart } from '../pricing/contract.ts';
import { keptPriced, keptRequest, keptTrace, returnWorth } from './contract.ts';
import type { AskedCart, ReturnView } from './contract.ts';
import { sale, saleLookup, saleReturn } from './schema.ts';
import type { SaleState } from './schema.ts';

/** Sales and what came back of them. */

export type SaleRow = {
  contactId: string;
  saleId: string;
  source: string;
  externalId: string;
  programId: string | null;
  state: SaleState;
  inputHash: string;
  request: AskedCart;
  /** Who asked for it, and has seen the buyer's proof; null: not known any more. */
  askedBy: string | null;
  priced: Omit<PricedCart, 'trace'>;
  fingerprint: string;
  currency: string;
  totalMinor: number;
  points: number;
  bonusPoints: number;
  /** Of points held in the ledger. */
  holdKey: string | null;
  refundedMinor: number;
  /** Quantities by line id; ' shipping' when it was given back. */
  returned: Record<string, string>;
  reservedUntil: Date | null;
  orderId: string | null;
  occurredAt: Date;
  createdAt: Date;
  updatedAt: Date;
  originId: string;
};

type Raw = Record<string, unknown> & {
  [K in 'request' | 'priced' | 'returned']: unknown;
} & Omit<
    SaleRow,
    | 'request'
    | 'priced'
    | 'returned'
    | 'reservedUntil'
    | 'occurredAt'
    | 'createdAt'
    | 'updatedAt'
    | 'totalMinor'
    | 'points'
    | 'bonusPoints'
    | 'refundedMinor'
  > & {
    reservedUntil: string | null;
    occurredAt: string;
    createdAt: string;
    updatedAt: string;
    totalMinor: string;
    points: string;
    bonusPoints: string;
    refundedMinor: string;
  };

const COLUMNS = sql`s.contact_id as "contactId", s.sale_id as "saleId", s.source, s.external_id as "externalId",
  s.program_id as "programId", s.state, s.input_hash as "inputHash", s.request, s.request->>'by' as "askedBy", s.priced, s.fingerprint, s.currency,
  s.total_minor as "totalMinor", s.points, s.bonus_points as "bonusPoints", s.hold_key as "holdKey", s.refunded_minor as "refundedMinor", s.returned,
  s.reserved_until as "reservedUntil", s.order_id as "orderId", s.occurred_at as "occurredAt", s.created_at as "createdAt",
  s.updated_at as "updatedAt", s.origin_id as "originId"`;

const PLACE = { contactId: 'uuid', saleId: 'uuid' } as const;

const rowOf = (raw: Raw): SaleRow => ({
  ...raw,
  request: keptRequest.parse(raw.request),
  priced: keptPriced.parse(raw.priced),
  returned: raw.returned as Record<string, string>,
  totalMinor: Number(raw.totalMinor),
  points: Number(raw.points),
  bonusPoints: Number(raw.bonusPoints),
  refundedMinor: Number(raw.refundedMinor),
  reservedUntil: raw.reservedUntil === null ? null : dateOf(raw.reservedUntil),
  occurredAt: dateOf(raw.occurredAt),
  createdAt: dateOf(raw.createdAt),
  updatedAt: dateOf(raw.updatedAt),
});

export type SalePlace = { contactId: string; saleId: string };
export type SaleNumber = { source: string; externalId: string };

/**
 * Takes numbers of shops for sales; gives how many were free. Waits for whoever is taking one of them right now. An order nobody has
 * priced here keeps its number too.
 */
export async function claimNumbers(ctx: Ctx, claims: ReadonlyArray<SaleNumber & SalePlace>): Promise<number> {
  const columns = { source: 'text', externalId: 'text', saleId: 'uuid', contactId: 'uuid' } as const;
  const claimed = await hotRows(
    ctx.db,
    sql`
    insert into ${saleLookup} (source, external_id, sale_id, contact_id)
    select source, "externalId", "saleId", "contactId" from ${unnested('k', claims, columns)}
    order by source collate "C", "externalId" collate "C"
    on conflict do nothing returning 1 as one`,
  );
  return claimed.length;
}

/** Which sales these numbers are; free ones are absent. */
export async function placesByNumber(
  ctx: Ctx,
  numbers: readonly SaleNumber[],
): Promise<Array<SaleNumber & SalePlace>> {
  if (numbers.length === 0) return [];
  return hotRows<SaleNumber & SalePlace>(
    ctx.db,
    sql`
    select l.source, l.external_id as "externalId", l.contact_id as "contactId", l.sale_id as "saleId"
    from ${unnested('k', numbers, { source: 'text', externalId: 'text' })}
    join ${saleLookup} l on l.source = k.source and l.external_id = k."externalId"`,
  );
}

export async function placesById(ctx: Ctx, saleIds: readonly string[]): Promise<SalePlace[]> {
  if (saleIds.length === 0) return [];
  return hotRows<SalePlace>(
    ctx.db,
    sql`select contact_id as "contactId", sale_id as "saleId" from ${saleLookup}
      where sale_id = any(${`{${saleIds.join(',')}}`}::uuid[])`,
  );
}

export async function placeOf(ctx: Ctx, { saleId }: { saleId: string }): Promise<SalePlace | undefined> {
  return (await placesById(ctx, [saleId]))[0];
}

/** A sale; with `lock` nobody else changes it until the transaction ends. */
export async function findSale(ctx: Ctx, place: SalePlace, lock: boolean): Promise<SaleRow | undefined> {
  return (await findSales(ctx, [place], lock))[0];
}

/** The same for several, locked in one order; those that are not there are left out. */
export async function findSales(ctx: Ctx, places: readonly SalePlace[], lock: boolean): Promise<SaleRow[]> {
  if (places.length === 0) return [];
  const found = await hotRows<Raw>(
    ctx.db,
    sql`select ${COLUMNS} from ${unnested('k', places, PLACE)}
      join ${sale} s on s.contact_id = k."contactId" and s.sale_id = k."saleId"
      order by s.sale_id ${lock ? sql`for update of s` : sql``}`,
  );
  return found.map(rowOf);
}

/** Whether the actor may know of the contact a sale is of. */
export async function maySee(ctx: Ctx, contactId: string): Promise<boolean> {
  const found = await rows(
    ctx.db,
    sql`select 1 as one from contact where contact.contact_id = ${contactId}::uuid and ${visibleContacts(ctx)}`,
  );
  return found.length > 0;
}

export async function traceOf(ctx: Ctx, place: SalePlace): Promise<PricedCart['trace']> {
  const [found] = await hotRows<{ trace: unknown }>(
    ctx.db,
    sql`select trace from ${sale} where contact_id = ${place.contactId}::uuid and sale_id = ${place.saleId}::uuid`,
  );
  return keptTrace.parse(found?.trace ?? []);
}

const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::jsonb`;
const at = (value: Date | null): SQL => sql`${value === null ? null : value.toISOString()}::timestamptz`;

export type NewSale = { row: SaleRow; trace: PricedCart['trace'] };

const NEW = {
  contactId: 'uuid',
  saleId: 'uuid',
  source: 'text',
  externalId: 'text',
  programId: 'uuid',
  state: 'text',
  inputHash: 'text',
  request: 'text',
  priced: 'text',
  trace: 'text',
  fingerprint: 'text',
  currency: 'text',
  totalMinor: 'bigint',
  points: 'bigint',
  bonusPoints: 'bigint',
  holdKey: 'text',
  reservedUntil: 'timestamptz',
  orderId: 'uuid',
  occurredAt: 'timestamptz',
  createdAt: 'timestamptz',
  updatedAt: 'timestamptz',
  originId: 'uuid',
} as const;

/** Writes sales, or over those that have run out under the same number. */
export async function putSales(ctx: Ctx, sales: readonly NewSale[]): Promise<void> {
  if (sales.length === 0) return;
  const list = sales.map(({ row, trace }) => {
    const { returned: _, refundedMinor: __, request, askedBy, priced, ...kept } = row;
    const texts = { request: JSON.stringify({ ...request, by: askedBy }), priced: JSON.stringify(priced) };
    return { ...kept, ...texts, trace: JSON.stringify(trace) };
  });
  await hotRows(
    ctx.db,
    sql`
    insert into ${sale} (contact_id, sale_id, source, external_id, program_id, state, input_hash, request, priced, trace, fingerprint,
      currency, total_minor, points, bonus_points, hold_key, reserved_until, order_id, occurred_at, created_at, updated_at,
      origin_id)
    select "contactId", "saleId", source, "externalId", "programId", state, "inputHash", request::jsonb, priced::jsonb, trace::jsonb,
      fingerprint, currency, "totalMinor", points, "bonusPoints", "holdKey", "reservedUntil", "orderId", "occurredAt", "createdAt",
      "updatedAt", "originId"
    from ${unnested('n', list, NEW)}
    on conflict (contact_id, sale_id) do update set program_id = excluded.program_id, state = excluded.state,
      request = excluded.request, priced = excluded.priced, trace = excluded.trace, fingerprint = excluded.fingerprint, total_minor = excluded.total_minor,
      points = excluded.points, bonus_points = excluded.bonus_points, hold_key = excluded.hold_key, reserved_until = excluded.reserved_until,
      order_id = excluded.order_id, occurred_at = excluded.occurred_at, updated_at = excluded.updated_at`,
  );
}

/** Reservations are sold. */
export async function commitSales(
  ctx: Ctx,
  sold: ReadonlyArray<SalePlace & { orderId: string | null; occurredAt: Date }>,
): Promise<void> {
  if (sold.length === 0) return;
  await hotRows(
    ctx.db,
    sql`
    update ${sale} s set state = 'committed', order_id = k."orderId", occurred_at = k."occurredAt", reserved_until = null,
      updated_at = ${at(ctx.clock.now())}
    from ${unnested('k', sold, { ...PLACE, orderId: 'uuid', occurredAt: 'timestamptz' })}
    where s.contact_id = k."contactId" and s.sale_id = k."saleId"`,
  );
}

export type SaleChange = SalePlace & {
  state: SaleState;
  orderId?: string;
  occurredAt?: Date;
  refundedMinor?: number;
  returned?: Record<string, string>;
};

export async function changeSale(ctx: Ctx, change: SaleChange): Promise<void> {
  await hotRows(
    ctx.db,
    sql`
    update ${sale} set state = ${change.state}, order_id = coalesce(${change.orderId ?? null}::uuid, order_id),
      occurred_at = coalesce(${at(change.occurredAt ?? null)}, occurred_at),
      refunded_minor = coalesce(${change.refundedMinor ?? null}::bigint, refunded_minor),
      returned = coalesce(${change.returned === undefined ? null : JSON.stringify(change.returned)}::text::jsonb, returned),
      reserved_until = null, updated_at = ${at(ctx.clock.now())}
    where contact_id = ${change.contactId}::uuid and sale_id = ${change.saleId}::uuid`,
  );
}

/** Reservations that are over, locked; those somebody is at are left for the next round. */
export async function overdueSales(
  ctx: Ctx,
  now: Date,
  limit: number,
): Promise<Array<SalePlace & { programId: string | null; holdKey: string | null }>> {
  return hotRows<SalePlace & { programId: string | null; holdKey: string | null }>(
    ctx.db,
    sql`
    select contact_id as "contactId", sale_id as "saleId", program_id as "programId", hold_key as "holdKey" from ${sale}
    where state = 'reserved' and reserved_until <= ${at(now)}
    order by reserved_until limit ${limit} for update skip locked`,
  );
}

export async function expireSales(ctx: Ctx, places: readonly SalePlace[]): Promise<void> {
  await ctx.db.execute(sql`
    update ${sale} s set state = 'expired', reserved_until = null, updated_at = ${at(ctx.clock.now())}
    from jsonb_to_recordset(${json(places)}) as k("contactId" uuid, "saleId" uuid)
    where s.contact_id = k."contactId" and s.sale_id = k."saleId"`);
}

export type KeptReturn = { inputHash: string; worth: ReturnView };

type RawReturn = { inputHash: string; worth: unknown };

export async function returnsOf(ctx: Ctx, place: SalePlace, number?: string): Promise<KeptReturn[]> {
  const found = await hotRows<RawReturn>(
    ctx.db,
    sql`select input_hash as "inputHash", worth from ${saleReturn}
      where contact_id = ${place.contactId}::uuid and sale_id = ${place.saleId}::uuid
        and (${number ?? null}::text is null or number = ${number ?? null}::text)
      order by created_at, number`,
  );
  return found.map(({ inputHash, worth }) => ({ inputHash, worth: returnWorth.parse(worth) }));
}

export async function insertReturn(
  ctx: Ctx,
  place: SalePlace & { originId: string },
  kept: KeptReturn,
): Promise<void> {
  const { inputHash, worth } = kept;
  await hotRows(
    ctx.db,
    sql`insert into ${saleReturn} (contact_id, sale_id, number, input_hash, worth, occurred_at, created_at, origin_id)
      values (${place.contactId}::uuid, ${place.saleId}::uuid, ${worth.number}, ${inputHash}, ${json(worth)},
        ${worth.occurredAt}::timestamptz, ${at(ctx.clock.now())}, ${place.originId}::uuid)`,
  );
}
