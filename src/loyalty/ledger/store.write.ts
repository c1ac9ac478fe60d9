import { sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Ctx } from '../../core/ctx.ts';
import { hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { Entry, HoldRow, Lot, SpendRow, Wallet } from './book.ts';
import { ledgerEntry, ledgerKey, ledgerPosting, lot, pointHold, pointSpend, wallet } from './schema.ts';

/** Writing what was planned: a fixed number of statements, whatever the number of wallets. */

/** `originId` of each row is its wallet's, so that all of a node stays together. */
export type Owned<T> = T & { originId: string };
export type WrittenEntry = Owned<Entry> & { programId: string; programVersion: number };
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
  entries: WrittenEntry[];
  keys: WrittenKey[];
};

const at = (moment: Date): SQL => sql`${moment.toISOString()}::timestamptz`;
const partsOf = (parts: HoldRow['parts']): string =>
  `[${parts.map(({ lotId, points }) => `{"lotId":"${lotId}","points":${points}}`).join(',')}]`;

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
  await hotRows(
    ctx.db,
    sql`insert into ${wallet} (contact_id, wallet_id, program_id, kind, moved_at, created_at, origin_id)
      select "contactId", "walletId", "programId", kind, ${at(ctx.clock.now())}, ${at(ctx.clock.now())}, "originId"
      from ${unnested<keyof typeof columns>('n', list, columns)} order by 1, 2 on conflict do nothing`,
  );
}

/** The statements go out together: one round trip for all. */
export async function write(ctx: Ctx, writing: Writing): Promise<void> {
  await Promise.all([
    writeWallets(ctx, writing.wallets),
    writeLots(ctx, writing.lots),
    writeHolds(ctx, writing.holds),
    writeSpends(ctx, writing.spends),
    writeEntries(ctx, writing.entries),
    writePostings(ctx, writing.entries),
    writeKeys(ctx, writing.keys),
  ]);
}

async function writeWallets(ctx: Ctx, list: readonly Wallet[]): Promise<void> {
  if (list.length === 0) return;
  const columns = {
    contactId: 'uuid',
    walletId: 'uuid',
    state: 'text',
    seq: 'integer',
    lastHash: 'text',
    pending: 'bigint',
    available: 'bigint',
    held: 'bigint',
    debt: 'bigint',
    expiresAt: 'timestamptz',
  } as const;
  await hotRows(
    ctx.db,
    sql`update ${wallet} w set state = n.state, version = w.version + 1, seq = n.seq, last_hash = n."lastHash",
        pending = n.pending, available = n.available, held = n.held, debt = n.debt, expires_at = n."expiresAt",
        moved_at = ${at(ctx.clock.now())}
      from ${unnested<keyof typeof columns>('n', list, columns)} where w.contact_id = n."contactId" and w.wallet_id = n."walletId"`,
  );
}

async function writeLots(ctx: Ctx, list: Writing['lots']): Promise<void> {
  if (list.length === 0) return;
  const columns = {
    contactId: 'uuid',
    lotId: 'uuid',
    walletId: 'uuid',
    programId: 'uuid',
    source: 'text',
    earned: 'bigint',
    reduced: 'bigint',
    pending: 'bigint',
    remaining: 'bigint',
    held: 'bigint',
    lapsed: 'bigint',
    live: 'boolean',
    waitsFor: 'text',
    activatesAt: 'timestamptz',
    expiresAt: 'timestamptz',
    fixedExpiry: 'boolean',
    earnedAt: 'timestamptz',
    byContactId: 'uuid',
    originId: 'uuid',
  } as const;
  const rows = list.map((row) => ({ ...row, live: row.pending + row.remaining + row.held > 0n }));
  await hotRows(
    ctx.db,
    sql`insert into ${lot} as l (contact_id, lot_id, wallet_id, program_id, source, earned, reduced, pending, remaining, held,
        lapsed, live, waits_for, activates_at, expires_at, fixed_expiry, earned_at, by_contact_id, origin_id)
      select * from ${unnested<keyof typeof columns>('n', rows, columns)}
      on conflict (contact_id, lot_id) do update set reduced = excluded.reduced, pending = excluded.pending,
        remaining = excluded.remaining, held = excluded.held, lapsed = excluded.lapsed, live = excluded.live,
        expires_at = excluded.expires_at`,
  );
}

async function writeHolds(ctx: Ctx, list: Writing['holds']): Promise<void> {
  if (list.length === 0) return;
  const columns = {
    contactId: 'uuid',
    holdId: 'uuid',
    walletId: 'uuid',
    programId: 'uuid',
    key: 'text',
    ref: 'text',
    points: 'bigint',
    parts: 'jsonb',
    state: 'text',
    expiresAt: 'timestamptz',
    createdAt: 'timestamptz',
    byContactId: 'uuid',
    originId: 'uuid',
  } as const;
  const rows = list.map((row) => ({ ...row, parts: partsOf(row.parts) }));
  await hotRows(
    ctx.db,
    sql`insert into ${pointHold} (contact_id, hold_id, wallet_id, program_id, key, ref, points, parts, state, expires_at, created_at,
        by_contact_id, origin_id)
      select * from ${unnested<keyof typeof columns>('n', rows, columns)}
      on conflict (contact_id, hold_id) do update set state = excluded.state`,
  );
}

async function writeSpends(ctx: Ctx, list: Writing['spends']): Promise<void> {
  if (list.length === 0) return;
  const columns = {
    contactId: 'uuid',
    spendId: 'uuid',
    walletId: 'uuid',
    programId: 'uuid',
    key: 'text',
    ref: 'text',
    points: 'bigint',
    returned: 'bigint',
    parts: 'jsonb',
    entryId: 'uuid',
    spentAt: 'timestamptz',
    byContactId: 'uuid',
    originId: 'uuid',
  } as const;
  const rows = list.map((row) => ({ ...row, parts: partsOf(row.parts) }));
  await hotRows(
    ctx.db,
    sql`insert into ${pointSpend} (contact_id, spend_id, wallet_id, program_id, key, ref, points, returned, parts, entry_id,
        spent_at, by_contact_id, origin_id)
      select * from ${unnested<keyof typeof columns>('n', rows, columns)}
      on conflict (contact_id, spend_id) do update set returned = excluded.returned`,
  );
}

async function writeEntries(ctx: Ctx, list: readonly WrittenEntry[]): Promise<void> {
  if (list.length === 0) return;
  const columns = {
    contactId: 'uuid',
    entryId: 'uuid',
    walletId: 'uuid',
    programId: 'uuid',
    programVersion: 'integer',
    seq: 'integer',
    hash: 'text',
    kind: 'text',
    key: 'text',
    ref: 'text',
    reason: 'text',
    points: 'bigint',
    relatesTo: 'uuid',
    byContactId: 'uuid',
    originId: 'uuid',
  } as const;
  await hotRows(
    ctx.db,
    sql`insert into ${ledgerEntry} (contact_id, entry_id, wallet_id, program_id, program_version, seq, hash, kind, key, ref, reason,
        points, relates_to, by_contact_id, origin_id, occurred_at, actor_id)
      select n.*, ${at(ctx.clock.now())}, ${ctx.actor.id} from ${unnested<keyof typeof columns>('n', list, columns)}`,
  );
}

async function writePostings(ctx: Ctx, list: readonly WrittenEntry[]): Promise<void> {
  const rows = list.flatMap(({ contactId, entryId, walletId, programId, originId, postings }) =>
    postings.map((posting, no) => ({ ...posting, contactId, entryId, walletId, programId, originId, no })),
  );
  if (rows.length === 0) return;
  const columns = {
    contactId: 'uuid',
    entryId: 'uuid',
    no: 'integer',
    walletId: 'uuid',
    programId: 'uuid',
    account: 'text',
    lotId: 'uuid',
    holdId: 'uuid',
    points: 'bigint',
    originId: 'uuid',
  } as const;
  await hotRows(
    ctx.db,
    sql`insert into ${ledgerPosting} (contact_id, entry_id, no, wallet_id, program_id, account, lot_id, hold_id, points, origin_id,
        occurred_at)
      select n.*, ${at(ctx.clock.now())} from ${unnested<keyof typeof columns>('n', rows, columns)}`,
  );
}

async function writeKeys(ctx: Ctx, list: readonly WrittenKey[]): Promise<void> {
  if (list.length === 0) return;
  const columns = {
    contactId: 'uuid',
    walletId: 'uuid',
    key: 'text',
    inputHash: 'text',
    result: 'jsonb',
    originId: 'uuid',
  } as const;
  await hotRows(
    ctx.db,
    sql`insert into ${ledgerKey} (contact_id, wallet_id, key, input_hash, result, origin_id, occurred_at)
      select n.*, ${at(ctx.clock.now())} from ${unnested<keyof typeof columns>('n', list, columns)}`,
  );
}
