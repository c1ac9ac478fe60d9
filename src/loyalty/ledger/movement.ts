/** What can be asked of the ledger, and what it answers. Points are whole; keys are the caller's and make a repeat the same. */

export type WalletKind = 'points' | 'stored' | 'gift' | 'family';

/** Whose wallet. `contactId` may be of a contact that lives on in another: what is booked stays said of it. */
export type Owner = { contactId: string; programId: string; wallet?: WalletKind };

type Of<Kind extends string, Rest> = Owner & {
  kind: Kind;
  /** Unique for each wallet: same key and same input give the first answer, another input 409 `key_reused`. */
  key: string;
  /** What it belongs to, such as an order's id: shown, never read. */
  ref?: string | null;
  reason?: string | null;
} & Rest;

export type Accrue = Of<
  'accrue',
  {
    points: bigint;
    /** What earned them; `reduce`, `activate` and `cancel` find them by it. Default: the key. */
    source?: string;
    /** `rule` (default): as the program says. */
    pending?: 'rule' | 'none' | { at: Date | null; event: string | null };
    /** Instead of the program's rule; null: never. Must be the same in a repeat. */
    expiresAt?: Date | null;
  }
>;
/** Pending points become spendable: all of the source, or `points` of them; `releaseRest` cancels what is left. */
export type Activate = Of<'activate', { source: string; points?: bigint; releaseRest?: boolean }>;
/** Pending points are cancelled: all of the source, or `points` of them. */
export type Cancel = Of<'cancel', { source: string; points?: bigint }>;
export type Hold = Of<'hold', { points: bigint; ttlS: number }>;
/** Sets a hold free; one that is over already is no error. */
export type Release = Of<'release', { hold: string }>;
/** Spends points: from a hold (its key; what it holds beyond `points` is set free), more than it holds, or without any, from the lots. */
export type Redeem = Of<'redeem', { points: bigint; hold?: string }>;
/** Redeemed points come back, to the lots they were of. */
export type ReturnRedeemed = Of<'return', { spend: string; points: bigint }>;
/**
 * What a source earned is brought down to `keep` in all: from what is pending, then its own lots, then any, then (if the program
 * allows) debt. Says again what stands by its total, so that any order of the same returns ends the same.
 */
export type Reduce = Of<'reduce', { source: string; keep: bigint }>;
export type Adjust = Of<'adjust', { points: bigint; expiresAt?: Date | null }>;
/**
 * Gives points to another wallet. `all`: everything there is, pending points too, instead of `points`. `share`: into a shared wallet
 * (`in`), or out of one: what the one who gets them brought, or `any`, or `none`; what stands of their orders goes along.
 */
export type Transfer = Of<
  'transfer',
  { points: bigint; to: Owner; all?: boolean; share?: 'in' | 'brought' | 'any' | 'none' }
>;
/** Takes an entry back, once. */
export type Reverse = Of<'reverse', { entryId: string; occurredAt: Date }>;
/** Ends or freezes a wallet, or opens it again. */
export type Settle = Of<'settle', { to: 'closed' | 'frozen' | 'open' }>;
/** Books what time has done: matured points, lots and holds that are over. Needs no key. */
export type Sweep = Of<'sweep', { activate?: boolean; expire?: boolean; holds?: boolean }>;

export type Movement =
  | Accrue
  | Activate
  | Cancel
  | Hold
  | Release
  | Redeem
  | ReturnRedeemed
  | Reduce
  | Adjust
  | Transfer
  | Reverse
  | Settle
  | Sweep;

/** What a movement came to; the same again for a repeat. */
export type Posted = {
  /** Points moved: earned, activated, spent, returned, taken back, expired. */
  points: bigint;
  /** Of what was earned: not yet spendable. */
  pending: bigint;
  /** Of what was taken back: owed now. */
  debt: bigint;
  /** Of what was to be taken back: neither there nor allowed as debt. */
  shortfall: bigint;
  entries: ReadonlyArray<{ entryId: string; occurredAt: Date }>;
  /** Of a hold: until when. */
  holdUntil: Date | null;
  /** True when the key had been used before and nothing was moved now. */
  repeated: boolean;
};

export const walletKindOf = (owner: Owner): WalletKind => owner.wallet ?? 'points';
