import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { Entry, HoldRow, Lot, SpendRow, Wallet } from './book.ts';
import { wallet } from './schema.ts';

/** Writing what was planned: one statement, whatever the number of wallets and movements. */

/** `originId` of each row is its wallet's, so that all of a node stays together. */
export type Owned<T> = T & { originId: string };
export type WrittenKey = Owned<{
  contactId: string;
  walletId: string;
  key: string;
  inputHash: string;
  result: string;
}>;
export type Writing = {
  wallets: Wallet[];
  lots: Array<Owned<Lot> & { programId: string }>;
  holds: Array<Owned<HoldRow> & { programId: string }>;
  spends: Array<Owned<SpendRow> & { programId: string }>;
  entries: Array<Owned<Entry> & { programId: string; programVersion: number; actorId: string }>;
  keys: WrittenKey[];
};

export type NewWallet = {
  contactId: string;
  walletId: string;
  programId: string;
  kind: string;
  originId: string;
};

/** Makes wallets that are missing. */
export async function insertWallets(ctx: Ctx, list: readonly NewWallet[]): Promise<void> {
  const columns = {
    contactId: 'uuid',
    walletId: 'uuid',
    programId: 'uuid',
    kind: 'text',
    originId: 'uuid',
  } as const;
  const now = sql`${ctx.clock.now().toISOString()}::timestamptz`;
  await hotRows(
    ctx.db,
    sql`insert into ${wallet} (contact_id, wallet_id, program_id, kind, moved_at, created_at, origin_id)
      select "contactId", "walletId", "programId", kind, ${now}, ${now}, "originId"
      from ${unnested('n', list, columns)} order by 1, 2 on conflict do nothing`,
  );
}

type Column = readonly [
  name: string,
  type: 'uuid' | 'text' | 'integer' | 'bigint' | 'boolean' | 'timestamptz' | 'jsonb',
];

const OWNER = [
  ['contact_id', 'uuid'],
  ['wallet_id', 'uuid'],
  ['program_id', 'uuid'],
  ['origin_id', 'uuid'],
] as const;
const WALLET: Column[] = [
  ['contact_id', 'uuid'],
  ['wallet_id', 'uuid'],
  ['state', 'text'],
  ['seq', 'integer'],
  ['last_hash', 'text'],
  ['pending', 'bigint'],
  ['available', 'bigint'],
  ['held', 'bigint'],
  ['debt', 'bigint'],
  ['expires_at', 'timestamptz'],
  ['forgiven', 'jsonb'],
];
const LOT: Column[] = [
  ...OWNER,
  ['lot_id', 'uuid'],
  ['source', 'text'],
  ['earned', 'bigint'],
  ['reduced', 'bigint'],
  ['pending', 'bigint'],
  ['remaining', 'bigint'],
  ['held', 'bigint'],
  ['lapsed', 'bigint'],
  ['live', 'boolean'],
  ['waits_for', 'text'],
  ['activates_at', 'timestamptz'],
  ['expires_at', 'timestamptz'],
  ['fixed_expiry', 'boolean'],
  ['earned_at', 'timestamptz'],
  ['by_contact_id', 'uuid'],
];
const HOLD: Column[] = [
  ...OWNER,
  ['hold_id', 'uuid'],
  ['key', 'text'],
  ['ref', 'text'],
  ['points', 'bigint'],
  ['parts', 'jsonb'],
  ['state', 'text'],
  ['expires_at', 'timestamptz'],
  ['created_at', 'timestamptz'],
  ['by_contact_id', 'uuid'],
];
const SPEND: Column[] = [
  ...OWNER,
  ['spend_id', 'uuid'],
  ['key', 'text'],
  ['ref', 'text'],
  ['points', 'bigint'],
  ['returned', 'bigint'],
  ['parts', 'jsonb'],
  ['entry_id', 'uuid'],
  ['spent_at', 'timestamptz'],
  ['by_contact_id', 'uuid'],
];
const ENTRY: Column[] = [
  ...OWNER,
  ['entry_id', 'uuid'],
  ['occurred_at', 'timestamptz'],
  ['program_version', 'integer'],
  ['seq', 'integer'],
  ['hash', 'text'],
  ['kind', 'text'],
  ['key', 'text'],
  ['ref', 'text'],
  ['reason', 'text'],
  ['points', 'bigint'],
  ['actor_id', 'text'],
  ['relates_to', 'uuid'],
  ['by_contact_id', 'uuid'],
];
const POSTING: Column[] = [
  ...OWNER,
  ['entry_id', 'uuid'],
  ['occurred_at', 'timestamptz'],
  ['no', 'integer'],
  ['account', 'text'],
  ['lot_id', 'uuid'],
  ['hold_id', 'uuid'],
  ['points', 'bigint'],
];
const KEY: Column[] = [
  ['contact_id', 'uuid'],
  ['wallet_id', 'uuid'],
  ['origin_id', 'uuid'],
  ['key', 'text'],
  ['input_hash', 'text'],
  ['result', 'jsonb'],
  ['occurred_at', 'timestamptz'],
];

const names = (columns: readonly Column[]): string => columns.map(([name]) => name).join(', ');
const rowsOf = (list: string, columns: readonly Column[]): string =>
  `g, jsonb_to_recordset(g.j->'${list}') as n(${columns.map(([name, type]) => `${name} ${type}`).join(', ')})`;
const insert = (table: string, list: string, columns: readonly Column[]): string =>
  `insert into ${table} (${names(columns)}) select ${columns.map(([name]) => `n.${name}`).join(', ')} from ${rowsOf(list, columns)}`;
const upsert = (
  table: string,
  list: string,
  columns: readonly Column[],
  id: string,
  changing: readonly string[],
): string =>
  `${insert(table, list, columns)} on conflict (contact_id, ${id}) do update set ${changing.map((name) => `${name} = excluded.${name}`).join(', ')}`;

/** The same text always: PostgreSQL plans it once for each connection, and one JSON carries all the rows. */
const STATEMENT: SQL = sql.raw(`
  , w as (update wallet w set ${WALLET.slice(2)
    .map(([name]) => `${name} = n.${name}`)
    .join(', ')}, version = w.version + 1, moved_at = (g.j->>'now')::timestamptz
    from ${rowsOf('wallets', WALLET)} where w.contact_id = n.contact_id and w.wallet_id = n.wallet_id)
  , l as (${upsert('lot', 'lots', LOT, 'lot_id', ['reduced', 'pending', 'remaining', 'held', 'lapsed', 'live', 'expires_at'])})
  , h as (${upsert('point_hold', 'holds', HOLD, 'hold_id', ['state'])})
  , s as (${upsert('point_spend', 'spends', SPEND, 'spend_id', ['returned'])})
  , e as (${insert('ledger_entry', 'entries', ENTRY)})
  , p as (${insert('ledger_posting', 'postings', POSTING)})
  , k as (${insert('ledger_key', 'keys', KEY)})
  select 1 as done`);

export async function write(ctx: Ctx, writing: Writing): Promise<void> {
  if (writing.wallets.length === 0) return;
  await hotRows(
    ctx.db,
    sql`with g as materialized (select ${jsonOf(ctx, writing)}::text::jsonb as j) ${STATEMENT}`,
  );
}

const partsOf = (parts: HoldRow['parts']) =>
  parts.map(({ lotId, points, no, heldAt }) => ({ lotId, points: Number(points), no, heldAt }));

/** Points are within 2^53 (see MAX_POINTS), so that JSON carries them exactly. */
function jsonOf(ctx: Ctx, writing: Writing): string {
  const now = ctx.clock.now();
  return JSON.stringify({
    now,
    wallets: writing.wallets.map((row) => ({
      contact_id: row.contactId,
      wallet_id: row.walletId,
      state: row.state,
      seq: row.seq,
      last_hash: row.lastHash,
      pending: Number(row.pending),
      available: Number(row.available),
      held: Number(row.held),
      debt: Number(row.debt),
      expires_at: row.expiresAt,
      forgiven: row.forgiven.map((one) => ({ ...one, points: Number(one.points) })),
    })),
    lots: writing.lots.map(lotJson),
    holds: writing.holds.map((row) => ({
      ...ownerOf(row),
      hold_id: row.holdId,
      key: row.key,
      ref: row.ref,
      points: Number(row.points),
      parts: partsOf(row.parts),
      state: row.state,
      expires_at: row.expiresAt,
      created_at: row.createdAt,
      by_contact_id: row.byContactId,
    })),
    spends: writing.spends.map((row) => ({
      ...ownerOf(row),
      spend_id: row.spendId,
      key: row.key,
      ref: row.ref,
      points: Number(row.points),
      returned: Number(row.returned),
      parts: partsOf(row.parts),
      entry_id: row.entryId,
      spent_at: row.spentAt,
      by_contact_id: row.byContactId,
    })),
    entries: writing.entries.map((row) => ({
      ...ownerOf(row),
      entry_id: row.entryId,
      occurred_at: now,
      program_version: row.programVersion,
      seq: row.seq,
      hash: row.hash,
      kind: row.kind,
      key: row.key,
      ref: row.ref,
      reason: row.reason,
      points: Number(row.points),
      actor_id: row.actorId,
      relates_to: row.relatesTo,
      by_contact_id: row.byContactId,
    })),
    postings: writing.entries.flatMap((row) =>
      row.postings.map((posting, no) => ({
        ...ownerOf(row),
        entry_id: row.entryId,
        occurred_at: now,
        no,
        account: posting.account,
        lot_id: posting.lotId,
        hold_id: posting.holdId,
        points: Number(posting.points),
      })),
    ),
    keys: writing.keys.map((row) => ({
      contact_id: row.contactId,
      wallet_id: row.walletId,
      origin_id: row.originId,
      key: row.key,
      input_hash: row.inputHash,
      result: JSON.parse(row.result) as unknown,
      occurred_at: now,
    })),
  });
}

const ownerOf = (row: { contactId: string; walletId: string; programId: string; originId: string }) => ({
  contact_id: row.contactId,
  wallet_id: row.walletId,
  program_id: row.programId,
  origin_id: row.originId,
});

const lotJson = (row: Writing['lots'][number]) => ({
  ...ownerOf(row),
  lot_id: row.lotId,
  source: row.source,
  earned: Number(row.earned),
  reduced: Number(row.reduced),
  pending: Number(row.pending),
  remaining: Number(row.remaining),
  held: Number(row.held),
  lapsed: Number(row.lapsed),
  live: row.pending + row.remaining + row.held > 0n,
  waits_for: row.waitsFor,
  activates_at: row.activatesAt,
  expires_at: row.expiresAt,
  fixed_expiry: row.fixedExpiry,
  earned_at: row.earnedAt,
  by_contact_id: row.byContactId,
});
