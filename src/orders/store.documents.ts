import { sql } from '../core/sql.ts';
import type { SQL } from '../core/sql.ts';
import type { Ctx } from '../core/ctx.ts';
import { dateOf, hotRows, rows } from '../core/db.ts';
import { decimalToScaled } from '../core/money.ts';
import { AMOUNT_SCALE, fromScaled } from './amounts.ts';
import type { Document, DocumentKind, DocumentLine, Trust } from './documents.ts';
import { orderLookup, orders, product, saleFact } from './schema.ts';

/** Documents with their lines, written and read in sets. All keys are locked in one order, so that writers never deadlock. */

export type DocumentKey = { source: string; externalId: string };
export const keyOf = ({ source, externalId }: DocumentKey): string => `${source}\n${externalId}`;

const onlyKey = ({ source, externalId }: DocumentKey): DocumentKey => ({ source, externalId });

const json = (value: unknown): SQL => sql`${JSON.stringify(value)}::text::json`;

export type KeyClaim = DocumentKey & {
  contactId: string;
  orderId: string;
  importId: string | null;
  importRows: number;
};

/** Takes the keys that are free; gives those it got. Waits for whoever is taking one of them right now. */
export async function claimKeys(ctx: Ctx, claims: readonly KeyClaim[]): Promise<Set<string>> {
  if (claims.length === 0) return new Set();
  const taken = await hotRows<DocumentKey>(
    ctx.db,
    sql`
    insert into ${orderLookup} (source, external_id, contact_id, order_id, import_id, import_rows)
    select k.source, k."externalId", k."contactId", k."orderId", k."importId", k."importRows"
    from json_to_recordset(${json(claims)}) as k(source text, "externalId" text, "contactId" uuid, "orderId" uuid,
      "importId" uuid, "importRows" int)
    order by k.source collate "C", k."externalId" collate "C"
    on conflict do nothing
    returning source, external_id as "externalId"`,
  );
  return new Set(taken.map(keyOf));
}

/** Points keys at the contact and import that hold them now. */
export async function updateKeys(ctx: Ctx, keys: readonly KeyClaim[]): Promise<void> {
  if (keys.length === 0) return;
  await ctx.db.execute(sql`
    update ${orderLookup} l set contact_id = k."contactId", import_id = k."importId", import_rows = k."importRows"
    from json_to_recordset(${json(keys)}) as k(source text, "externalId" text, "contactId" uuid, "importId" uuid, "importRows" int)
    where l.source = k.source and l.external_id = k."externalId"`);
}

/** Gives back keys of these orders. */
export async function releaseKeys(
  ctx: Ctx,
  keys: ReadonlyArray<DocumentKey & { orderId: string }>,
): Promise<void> {
  if (keys.length === 0) return;
  await ctx.db.execute(sql`
    delete from ${orderLookup} l
    using json_to_recordset(${json(keys)}) as k(source text, "externalId" text, "orderId" uuid)
    where l.source = k.source and l.external_id = k."externalId" and l.order_id = k."orderId"`);
}

/** Tells the planner of what a large load has brought. */
export async function analyzeOrders(ctx: Ctx): Promise<void> {
  await ctx.db.execute(sql`analyze ${orders}, ${orderLookup}, ${saleFact}, ${product}`);
}

export type StoredDocument = Omit<Document, 'lines'> & { importId: string | null; importRows: number };

type DocumentRow = Record<string, unknown> & {
  contactId: string;
  orderId: string;
  kind: DocumentKind;
  source: string;
  externalId: string;
  status: string;
  anonymous: boolean;
  trust: Trust;
  occurredAt: string;
  recordedAt: string;
  currency: string;
  baseRate: string;
  totalMinor: string;
  baseTotalMinor: string;
  channel: string | null;
  couponCodes: string[];
  properties: Record<string, unknown>;
  originalOrderId: string | null;
  originId: string;
  importId: string | null;
  importRows: number;
};

/** The documents of these keys, locked, without their lines. */
export async function lockDocuments(
  ctx: Ctx,
  keys: readonly DocumentKey[],
): Promise<Map<string, StoredDocument>> {
  if (keys.length === 0) return new Map();
  const found = await rows<DocumentRow>(
    ctx.db,
    sql`
    select o.contact_id as "contactId", o.order_id as "orderId", o.kind, o.source, o.external_id as "externalId", o.status,
      o.anonymous, o.trust, o.occurred_at as "occurredAt", o.recorded_at as "recordedAt", o.currency,
      o.base_rate::text as "baseRate", o.total_minor::text as "totalMinor", o.base_total_minor::text as "baseTotalMinor",
      o.channel, o.coupon_codes as "couponCodes", o.properties, o.original_order_id as "originalOrderId",
      o.origin_id as "originId", l.import_id as "importId", l.import_rows as "importRows"
    from json_to_recordset(${json(keys.map(onlyKey))}) as k(source text, "externalId" text)
    join ${orderLookup} l on l.source = k.source and l.external_id = k."externalId"
    join ${orders} o on o.contact_id = l.contact_id and o.order_id = l.order_id
    order by l.source collate "C", l.external_id collate "C"
    for update of l, o`,
  );
  const documents = found.map((row): StoredDocument => ({
    ...row,
    occurredAt: dateOf(row.occurredAt),
    recordedAt: dateOf(row.recordedAt),
    totalMinor: BigInt(row.totalMinor),
    baseTotalMinor: BigInt(row.baseTotalMinor),
  }));
  return new Map(documents.map((document) => [keyOf(document), document]));
}

type DocumentPlace = { contactId: string; orderId: string; occurredAt: Date };
const only = ({ contactId, orderId, occurredAt }: DocumentPlace): DocumentPlace => ({
  contactId,
  orderId,
  occurredAt,
});

type LineRow = Record<string, unknown> &
  Omit<DocumentLine, 'amount' | 'baseAmount'> & { orderId: string; amount: string; baseAmount: string };

/** Lines by order, in their order; `fromOrdinal` leaves out those before. */
export async function linesOf(
  ctx: Ctx,
  documents: ReadonlyArray<DocumentPlace & { fromOrdinal?: number }>,
): Promise<Map<string, DocumentLine[]>> {
  if (documents.length === 0) return new Map();
  const list = documents.map((document) => ({ ...only(document), fromOrdinal: document.fromOrdinal ?? 0 }));
  const found = await rows<LineRow>(
    ctx.db,
    sql`
    select f.order_id as "orderId", f.ordinal, f.kind, f.product_id as "productId", f.description,
      f.quantity::text as quantity, f.unit_price::text as "unitPrice", f.amount::text as amount,
      f.base_amount::text as "baseAmount", f.cost::text as cost
    from json_to_recordset(${json(list)})
      as d("contactId" uuid, "orderId" uuid, "occurredAt" timestamptz, "fromOrdinal" int)
    join ${saleFact} f on f.contact_id = d."contactId" and f.occurred_at = d."occurredAt" and f.order_id = d."orderId"
    where f.ordinal >= d."fromOrdinal"
    order by f.order_id, f.ordinal`,
  );
  const lines = found.map(({ orderId, amount, baseAmount, ...line }) => ({
    orderId,
    ...line,
    amount: decimalToScaled(amount, AMOUNT_SCALE),
    baseAmount: decimalToScaled(baseAmount, AMOUNT_SCALE),
  }));
  return Map.groupBy(lines, (line) => line.orderId);
}

export async function insertDocuments(ctx: Ctx, documents: readonly Document[]): Promise<void> {
  if (documents.length === 0) return;
  const list = documents.map(({ lines, totalMinor, baseTotalMinor, ...document }) => ({
    ...document,
    totalMinor: String(totalMinor),
    baseTotalMinor: String(baseTotalMinor),
    lineCount: lines.length,
  }));
  await hotRows(
    ctx.db,
    sql`
    insert into ${orders} (contact_id, order_id, kind, source, external_id, status, anonymous, trust, occurred_at, recorded_at,
      currency, base_rate, total_minor, base_total_minor, line_count, channel, coupon_codes, properties, original_order_id,
      origin_id)
    select "contactId", "orderId", kind, source, "externalId", status, anonymous, trust, "occurredAt", "recordedAt",
      currency, "baseRate", "totalMinor", "baseTotalMinor", "lineCount", channel, "couponCodes", properties,
      "originalOrderId", "originId"
    from json_to_recordset(${json(list)}) as d("contactId" uuid, "orderId" uuid, kind text, source text, "externalId" text,
      status text, anonymous boolean, trust text, "occurredAt" timestamptz, "recordedAt" timestamptz, currency text,
      "baseRate" numeric, "totalMinor" bigint, "baseTotalMinor" bigint, "lineCount" int, channel text, "couponCodes" text[],
      properties jsonb, "originalOrderId" uuid, "originId" uuid)`,
  );
  await insertLines(ctx, documents);
}

/** What a line takes from its document. */
export type LineOwner = Pick<
  Document,
  | 'contactId'
  | 'orderId'
  | 'occurredAt'
  | 'currency'
  | 'channel'
  | 'anonymous'
  | 'trust'
  | 'recordedAt'
  | 'originId'
  | 'lines'
>;

/** The document's values are sent once and joined: half of the bytes of a batch would be their repetition. */
export async function insertLines(ctx: Ctx, owners: readonly LineOwner[]): Promise<void> {
  const documents = owners.map((owner, n) => ({
    n,
    ...only(owner),
    currency: owner.currency,
    channel: owner.channel,
    anonymous: owner.anonymous,
    trust: owner.trust,
    recordedAt: owner.recordedAt,
    originId: owner.originId,
  }));
  const lines: CompactLine[] = [];
  for (const [n, owner] of owners.entries()) for (const line of owner.lines) lines.push(compact(n, line));
  if (lines.length === 0) return;
  await hotRows(
    ctx.db,
    sql`
    insert into ${saleFact} (contact_id, occurred_at, order_id, ordinal, kind, product_id, description, quantity, unit_price,
      amount, base_amount, cost, currency, channel, anonymous, trust, recorded_at, origin_id)
    select d."contactId", d."occurredAt", d."orderId", l.o, l.k, l.p, l.t, l.q, l.u, l.a, coalesce(l.b, l.a), l.c, d.currency,
      d.channel, d.anonymous, d.trust, d."recordedAt", d."originId"
    from json_to_recordset(${json(lines)}) as l(n int, o int, k text, p uuid, t text, q numeric, u numeric, a numeric,
      b numeric, c numeric)
    join json_to_recordset(${json(documents)}) as d(n int, "contactId" uuid, "occurredAt" timestamptz, "orderId" uuid,
      currency text, channel text, anonymous boolean, trust text, "recordedAt" timestamptz, "originId" uuid) on d.n = l.n`,
  );
}

/** A line on the wire to the database: short names and nothing that is absent, for a file has half a million of them. */
type CompactLine = {
  n: number;
  o: number;
  k: string;
  p: string;
  t: string | undefined;
  q: string;
  u: string;
  a: string;
  b: string | undefined;
  c: string | undefined;
};

function compact(n: number, line: DocumentLine): CompactLine {
  return {
    n,
    o: line.ordinal,
    k: line.kind,
    p: line.productId,
    t: line.description ?? undefined,
    q: line.quantity,
    u: line.unitPrice,
    a: fromScaled(line.amount, AMOUNT_SCALE),
    b: line.baseAmount === line.amount ? undefined : fromScaled(line.baseAmount, AMOUNT_SCALE),
    c: line.cost ?? undefined,
  };
}

/** Removes documents with their lines; their keys stay. */
export async function deleteDocuments(
  ctx: Ctx,
  documents: ReadonlyArray<{ contactId: string; orderId: string }>,
): Promise<void> {
  if (documents.length === 0) return;
  const list = documents.map(({ contactId, orderId }) => ({ contactId, orderId }));
  const these = sql`from json_to_recordset(${json(list)}) as d("contactId" uuid, "orderId" uuid)`;
  await ctx.db.execute(sql`
    delete from ${saleFact} f using (select * ${these}) d where f.contact_id = d."contactId" and f.order_id = d."orderId"`);
  await ctx.db.execute(sql`
    delete from ${orders} o using (select * ${these}) d where o.contact_id = d."contactId" and o.order_id = d."orderId"`);
}

export type Header = Pick<
  Document,
  'contactId' | 'orderId' | 'kind' | 'status' | 'occurredAt' | 'totalMinor' | 'baseTotalMinor'
>;

/** Brings the heads of documents up to date with their lines; a changed time moves the lines with it. */
export async function updateHeads(ctx: Ctx, heads: readonly Header[]): Promise<void> {
  if (heads.length === 0) return;
  const list = heads.map((head) => ({
    ...only(head),
    kind: head.kind,
    status: head.status,
    totalMinor: String(head.totalMinor),
    baseTotalMinor: String(head.baseTotalMinor),
  }));
  const these = sql`json_to_recordset(${json(list)}) as d("contactId" uuid, "orderId" uuid, kind text, status text,
    "occurredAt" timestamptz, "totalMinor" bigint, "baseTotalMinor" bigint)`;
  await ctx.db.execute(sql`
    update ${saleFact} f set occurred_at = d."occurredAt" from ${these}, ${orders} o
    where o.contact_id = d."contactId" and o.order_id = d."orderId" and o.occurred_at <> d."occurredAt"
      and f.contact_id = o.contact_id and f.occurred_at = o.occurred_at and f.order_id = o.order_id`);
  await ctx.db.execute(sql`
    update ${orders} o set kind = d.kind, status = d.status, occurred_at = d."occurredAt", total_minor = d."totalMinor",
      base_total_minor = d."baseTotalMinor",
      line_count = (select count(*) from ${saleFact} f where f.contact_id = o.contact_id
        and f.occurred_at = d."occurredAt" and f.order_id = o.order_id)
    from ${these} where o.contact_id = d."contactId" and o.order_id = d."orderId"`);
}

/** Exact sums of the lines of documents, scaled by 10^6. */
export async function sumsOf(
  ctx: Ctx,
  documents: readonly DocumentPlace[],
): Promise<Map<string, { amount: bigint; baseAmount: bigint }>> {
  if (documents.length === 0) return new Map();
  const found = await rows<{ orderId: string; amount: string; baseAmount: string }>(
    ctx.db,
    sql`
    select f.order_id as "orderId", sum(f.amount)::text as amount, sum(f.base_amount)::text as "baseAmount"
    from json_to_recordset(${json(documents.map(only))}) as d("contactId" uuid, "orderId" uuid, "occurredAt" timestamptz)
    join ${saleFact} f on f.contact_id = d."contactId" and f.occurred_at = d."occurredAt" and f.order_id = d."orderId"
    group by f.order_id`,
  );
  return new Map(
    found.map(({ orderId, amount, baseAmount }) => [
      orderId,
      {
        amount: decimalToScaled(amount, AMOUNT_SCALE),
        baseAmount: decimalToScaled(baseAmount, AMOUNT_SCALE),
      },
    ]),
  );
}
