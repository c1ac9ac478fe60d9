import { sql } from '../../core/sql.ts';
import type { SQL } from '../../core/sql.ts';
import type { Ctx } from '../../core/ctx.ts';
import { dateOf, hotRows } from '../../core/db.ts';
import { unnested } from '../../core/unnest.ts';
import type { Account, Forgiven, HoldRow, Lot, Part, SpendRow, Wallet } from './book.ts';
import type { StoredEntry } from './plan.ts';
import { loyaltyProgram } from '../programs/schema.ts';
import { ledgerEntry, ledgerKey, ledgerPosting, lot, pointHold, pointSpend, wallet } from './schema.ts';

/** Wallets under lock, and all that movements need to know of them. */

export type WalletKey = { contactId: string; programId: string; walletKind: string; keys: readonly string[] };
export type KeyRow = { walletId: string; key: string; inputHash: string; result: unknown };
export type Locked = {
  wallets: Wallet[];
  lots: Lot[];
  holds: HoldRow[];
  keys: Array<KeyRow & { contactId: string }>;
};

type RawWallet = {
  wallet: Omit<Wallet, 'pending' | 'available' | 'held' | 'debt' | 'expiresAt' | 'forgiven'> & {
    pending: number;
    available: number;
    held: number;
    debt: number;
    expiresAt: string | null;
    forgiven: Array<Omit<Forgiven, 'at' | 'points'> & { at: string; points: number }>;
    programVersion: number;
  };
  seen: number | null;
  lots: RawLot[] | null;
  holds: RawHold[] | null;
  keys: KeyRow[] | null;
};
type RawLot = Omit<
  Lot,
  | 'earned'
  | 'reduced'
  | 'pending'
  | 'remaining'
  | 'held'
  | 'lapsed'
  | 'activatesAt'
  | 'expiresAt'
  | 'earnedAt'
> & {
  earned: number;
  reduced: number;
  pending: number;
  remaining: number;
  held: number;
  lapsed: number;
  activatesAt: string | null;
  expiresAt: string | null;
  earnedAt: string;
};
type RawPart = { lotId: string; points: number; no: number; heldAt?: string };
type RawHold = Omit<HoldRow, 'points' | 'parts' | 'expiresAt' | 'createdAt'> & {
  points: number;
  parts: RawPart[];
  expiresAt: string;
  createdAt: string;
};
type RawSpend = Omit<SpendRow, 'points' | 'returned' | 'parts' | 'spentAt'> & {
  points: number;
  returned: number;
  parts: RawPart[];
  spentAt: string;
};

const LOT = sql`jsonb_build_object('contactId', l.contact_id, 'lotId', l.lot_id, 'walletId', l.wallet_id, 'source', l.source,
  'earned', l.earned, 'reduced', l.reduced, 'pending', l.pending, 'remaining', l.remaining, 'held', l.held, 'lapsed', l.lapsed,
  'waitsFor', l.waits_for, 'activatesAt', l.activates_at, 'expiresAt', l.expires_at, 'fixedExpiry', l.fixed_expiry,
  'earnedAt', l.earned_at, 'byContactId', l.by_contact_id)`;
const HOLD = sql`jsonb_build_object('contactId', h.contact_id, 'holdId', h.hold_id, 'walletId', h.wallet_id, 'key', h.key,
  'ref', h.ref, 'points', h.points, 'parts', h.parts, 'state', h.state, 'expiresAt', h.expires_at, 'createdAt', h.created_at,
  'byContactId', h.by_contact_id)`;
const SPEND = sql`jsonb_build_object('contactId', s.contact_id, 'spendId', s.spend_id, 'walletId', s.wallet_id, 'key', s.key,
  'ref', s.ref, 'points', s.points, 'returned', s.returned, 'parts', s.parts, 'entryId', s.entry_id, 'spentAt', s.spent_at,
  'byContactId', s.by_contact_id)`;

const KEYS = { contactId: 'uuid', programId: 'uuid', walletKind: 'text', keys: 'jsonb' } as const;
const given = (keys: readonly WalletKey[]): SQL =>
  unnested(
    'k',
    keys.map((key) => ({ ...key, keys: JSON.stringify(key.keys) })),
    KEYS,
  );

/** `people`: their contacts are held against merges with the same statement; wallets of contacts that are merged are left out. */
const LOCKS = {
  people: sql`join contact c on c.contact_id = w.contact_id and c.merged_into is null
    order by w.contact_id, w.wallet_id for key share of c for update of w`,
  wallets: sql`order by w.contact_id, w.wallet_id for update of w`,
  none: sql`order by w.contact_id, w.wallet_id`,
} as const;

/**
 * Locks the wallets of these contacts in the order of their ids, and reads what they hold with the same statement. The lock may have
 * waited for another movement that the statement's snapshot does not know: then (`stale`) it must be read again, under the lock.
 */
export async function lockWallets(
  ctx: Ctx,
  keys: readonly WalletKey[],
  how: keyof typeof LOCKS = 'wallets',
): Promise<Locked & { stale: boolean; versions: Map<string, number> }> {
  const found = await hotRows<RawWallet>(
    ctx.db,
    sql`
    select jsonb_build_object('contactId', w.contact_id, 'walletId', w.wallet_id, 'programId', w.program_id, 'kind', w.kind,
        'state', w.state, 'version', w.version, 'seq', w.seq, 'lastHash', w.last_hash, 'pending', w.pending,
        'available', w.available, 'held', w.held, 'debt', w.debt, 'expiresAt', w.expires_at, 'programVersion',
        (select p.version from ${loyaltyProgram} p where p.program_id = w.program_id),
        'familyOwnerId', w.family_owner_id, 'familyWalletId', w.family_wallet_id, 'forgiven', w.forgiven,
        'originId', w.origin_id) as wallet,
      (select v.version from ${wallet} v where v.contact_id = w.contact_id and v.wallet_id = w.wallet_id) as seen,
      (select jsonb_agg(${LOT}) from ${lot} l where l.contact_id = w.contact_id and l.wallet_id = w.wallet_id and l.live) as lots,
      (select jsonb_agg(${HOLD}) from ${pointHold} h
        where h.contact_id = w.contact_id and h.wallet_id = w.wallet_id and h.state = 'active') as holds,
      (select jsonb_agg(jsonb_build_object('walletId', g.wallet_id, 'key', g.key, 'inputHash', g.input_hash, 'result', g.result))
        from jsonb_array_elements_text(w.keys) as wanted(key)
        join ${ledgerKey} g on g.contact_id = w.contact_id and g.wallet_id = w.wallet_id and g.key = wanted.key) as keys
    from (
      select w.*, k.keys from ${given(keys)}
      join ${wallet} w on w.contact_id = k."contactId" and w.program_id = k."programId" and w.kind = k."walletKind"
      ${LOCKS[how]}) w`,
  );
  return {
    wallets: found.map(({ wallet: raw }) => walletFrom(raw)),
    lots: found.flatMap(({ lots }) => (lots ?? []).map(lotFrom)),
    holds: found.flatMap(({ holds }) => (holds ?? []).map(holdFrom)),
    keys: found.flatMap(({ wallet: raw, keys: used }) =>
      (used ?? []).map((key) => ({ ...key, contactId: raw.contactId })),
    ),
    stale: found.some(({ wallet: raw, seen }) => raw.version !== seen),
    versions: new Map(found.map(({ wallet: raw }) => [raw.programId, raw.programVersion])),
  };
}

const orNull = (text: string | null): Date | null => (text === null ? null : dateOf(text));

function walletFrom(raw: RawWallet['wallet']): Wallet {
  return {
    ...raw,
    pending: BigInt(raw.pending),
    available: BigInt(raw.available),
    held: BigInt(raw.held),
    debt: BigInt(raw.debt),
    expiresAt: orNull(raw.expiresAt),
    forgiven: raw.forgiven.map((one) => ({ ...one, at: dateOf(one.at), points: BigInt(one.points) })),
  };
}

function lotFrom(raw: RawLot): Lot {
  return {
    ...raw,
    earned: BigInt(raw.earned),
    reduced: BigInt(raw.reduced),
    pending: BigInt(raw.pending),
    remaining: BigInt(raw.remaining),
    held: BigInt(raw.held),
    lapsed: BigInt(raw.lapsed),
    activatesAt: orNull(raw.activatesAt),
    expiresAt: orNull(raw.expiresAt),
    earnedAt: dateOf(raw.earnedAt),
  };
}

const partsFrom = (raw: readonly RawPart[]): Part[] =>
  raw.map(({ heldAt, ...part }) => ({
    ...part,
    points: BigInt(part.points),
    ...(heldAt === undefined ? {} : { heldAt: dateOf(heldAt) }),
  }));

const holdFrom = (raw: RawHold): HoldRow => ({
  ...raw,
  points: BigInt(raw.points),
  parts: partsFrom(raw.parts),
  expiresAt: dateOf(raw.expiresAt),
  createdAt: dateOf(raw.createdAt),
});

const spendFrom = (raw: RawSpend): SpendRow => ({
  ...raw,
  points: BigInt(raw.points),
  returned: BigInt(raw.returned),
  parts: partsFrom(raw.parts),
  spentAt: dateOf(raw.spentAt),
});

/** What some movements need beside live lots: lots that are spent, redemptions, entries. Read under the lock. */
export type Needs = {
  sources: Array<{ contactId: string; source: string }>;
  spends: Array<{ contactId: string; key: string }>;
  /** Holds that are not active any more: to say why. */
  holds: Array<{ contactId: string; key: string }>;
  entries: Array<{ contactId: string; entryId: string; occurredAt: Date }>;
};

export async function readNeeds(
  ctx: Ctx,
  needs: Needs,
): Promise<{ lots: Lot[]; spends: SpendRow[]; holds: HoldRow[]; entries: Map<string, StoredEntry> }> {
  const entries = await entriesOf(ctx, needs.entries);
  const spends = await spendsOf(ctx, needs);
  const ids = [
    ...spends.flatMap(({ contactId, parts }) => parts.map(({ lotId }) => ({ contactId, lotId }))),
    ...needs.entries.flatMap(({ contactId, entryId }) =>
      (entries.get(entryId)?.postings ?? []).flatMap(({ lotId }) =>
        lotId === null ? [] : [{ contactId, lotId }],
      ),
    ),
  ];
  const holds = await holdsByKey(ctx, needs.holds);
  return {
    entries,
    spends,
    holds,
    lots: [...(await lotsBySource(ctx, needs.sources)), ...(await lotsById(ctx, ids))],
  };
}

async function holdsByKey(ctx: Ctx, keys: Needs['holds']): Promise<HoldRow[]> {
  if (keys.length === 0) return [];
  const found = await hotRows<{ hold: RawHold }>(
    ctx.db,
    sql`select ${HOLD} as hold from ${unnested('k', keys, { contactId: 'uuid', key: 'text' })}
      join ${pointHold} h on h.contact_id = k."contactId" and h.key = k.key`,
  );
  return found.map((row) => holdFrom(row.hold));
}

async function lotsBySource(ctx: Ctx, sources: Needs['sources']): Promise<Lot[]> {
  if (sources.length === 0) return [];
  const found = await hotRows<{ lot: RawLot }>(
    ctx.db,
    sql`select ${LOT} as lot from ${unnested('k', sources, { contactId: 'uuid', source: 'text' })}
      join ${lot} l on l.contact_id = k."contactId" and l.source = k.source`,
  );
  return found.map((row) => lotFrom(row.lot));
}

async function lotsById(ctx: Ctx, ids: ReadonlyArray<{ contactId: string; lotId: string }>): Promise<Lot[]> {
  if (ids.length === 0) return [];
  const found = await hotRows<{ lot: RawLot }>(
    ctx.db,
    sql`select distinct ${LOT} as lot from ${unnested('k', ids, { contactId: 'uuid', lotId: 'uuid' })}
      join ${lot} l on l.contact_id = k."contactId" and l.lot_id = k."lotId"`,
  );
  return found.map((row) => lotFrom(row.lot));
}

async function spendsOf(ctx: Ctx, { spends, entries }: Needs): Promise<SpendRow[]> {
  if (spends.length === 0 && entries.length === 0) return [];
  const wanted = [
    ...spends.map((one) => ({ ...one, entryId: null })),
    ...entries.map(({ contactId, entryId }) => ({ contactId, key: null, entryId })),
  ];
  const found = await hotRows<{ spend: RawSpend }>(
    ctx.db,
    sql`select distinct ${SPEND} as spend from ${unnested('k', wanted, { contactId: 'uuid', key: 'text', entryId: 'uuid' })}
      join ${pointSpend} s on s.contact_id = k."contactId" and (s.key = k.key or s.entry_id = k."entryId")`,
  );
  return found.map((row) => spendFrom(row.spend));
}

async function entriesOf(ctx: Ctx, wanted: Needs['entries']): Promise<Map<string, StoredEntry>> {
  if (wanted.length === 0) return new Map();
  const found = await hotRows<
    Omit<StoredEntry, 'occurredAt' | 'postings'> & {
      occurredAt: string;
      postings: Array<{ account: Account; lotId: string | null; holdId: string | null; points: number }>;
    }
  >(
    ctx.db,
    sql`
    select e.entry_id as "entryId", e.occurred_at as "occurredAt", e.wallet_id as "walletId", e.kind, e.key,
      e.relates_to as "relatesTo",
      (select jsonb_agg(jsonb_build_object('account', p.account, 'lotId', p.lot_id, 'holdId', p.hold_id, 'points', p.points)
          order by p.no)
        from ${ledgerPosting} p
        where p.contact_id = e.contact_id and p.occurred_at = e.occurred_at and p.entry_id = e.entry_id) as postings
    from ${unnested('k', wanted, { contactId: 'uuid', entryId: 'uuid', occurredAt: 'timestamptz' })}
    join ${ledgerEntry} e on e.contact_id = k."contactId" and e.occurred_at = k."occurredAt" and e.entry_id = k."entryId"`,
  );
  return new Map(
    found.map((row) => [
      row.entryId,
      {
        ...row,
        occurredAt: dateOf(row.occurredAt),
        postings: row.postings.map((posting) => ({ ...posting, points: BigInt(posting.points) })),
      },
    ]),
  );
}
