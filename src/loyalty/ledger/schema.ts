import { sql } from '../../core/sql.ts';
import {
  bigint,
  boolean,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from '../../core/pg-core.ts';
import { instant } from '../../core/columns.ts';

const points = (name: string) => bigint(name, { mode: 'bigint' });
const zeroPoints = (name: string) =>
  points(name)
    .notNull()
    .default(sql`0`);

/**
 * What a contact has in a program: sums of its postings, kept with them. One for each node (origin_id): two members who turn out to be
 * one person have two, spent as one, so that a separation finds its own.
 */
export const wallet = pgTable(
  'wallet',
  {
    contactId: uuid('contact_id').notNull(),
    walletId: uuid('wallet_id').notNull(),
    programId: uuid('program_id').notNull(),
    /** points | stored (bought points) | gift (a card's, of whoever bears it) | family (shared) */
    kind: text('kind').notNull(),
    /** open | frozen | closed */
    state: text('state').notNull().default('open'),
    /** Counts writes: tells whether what was read with it is what the lock holds. */
    version: integer('version').notNull().default(0),
    /** The last entry's number and hash: the end of the chain. */
    seq: integer('seq').notNull().default(0),
    lastHash: text('last_hash').notNull().default(''),
    pending: zeroPoints('pending'),
    /** Of open lots, also of those that are over and not yet booked as expired. */
    available: zeroPoints('available'),
    held: zeroPoints('held'),
    /** What is owed, as a number below zero. */
    debt: zeroPoints('debt'),
    /** With inactivity: from then on nothing of it can be spent. */
    expiresAt: instant('expires_at'),
    familyOwnerId: uuid('family_owner_id'),
    familyWalletId: uuid('family_wallet_id'),
    /** [{at, points, of, as, source}], the oldest first: written off, and paid by what was out by then and comes back. */
    forgiven: jsonb('forgiven')
      .notNull()
      .default(sql`'[]'`),
    movedAt: instant('moved_at').notNull(),
    createdAt: instant('created_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.walletId] }),
    index('wallet_program_idx').on(t.contactId, t.programId, t.kind),
    index('wallet_family_idx')
      .on(t.familyOwnerId)
      .where(sql`family_owner_id is not null`),
    index('wallet_idle_idx')
      .on(t.expiresAt)
      .where(sql`expires_at is not null`),
  ],
);

/** Points of one accrual, with their own end. `pending`, `remaining`, `held` are sums of postings. */
export const lot = pgTable(
  'lot',
  {
    contactId: uuid('contact_id').notNull(),
    lotId: uuid('lot_id').notNull(),
    walletId: uuid('wallet_id').notNull(),
    programId: uuid('program_id').notNull(),
    /** What earned them, such as an order: `order:<id>`. */
    source: text('source').notNull(),
    earned: points('earned').notNull(),
    /** How much of it was taken back since. */
    reduced: zeroPoints('reduced'),
    pending: zeroPoints('pending'),
    remaining: zeroPoints('remaining'),
    held: zeroPoints('held'),
    /** Of it: expired before it was spent. */
    lapsed: zeroPoints('lapsed'),
    /** Something is left; kept beside the sums so that spending a part changes no index. */
    live: boolean('live').notNull(),
    waitsFor: text('waits_for'),
    activatesAt: instant('activates_at'),
    expiresAt: instant('expires_at'),
    /** Given with the accrual instead of the program's rule; the rule speaks when a lot becomes spendable. */
    fixedExpiry: boolean('fixed_expiry').notNull().default(false),
    earnedAt: instant('earned_at').notNull(),
    byContactId: uuid('by_contact_id'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.lotId] }),
    index('lot_live_idx')
      .on(t.contactId, t.walletId)
      .where(sql`live`),
    index('lot_source_idx').on(t.contactId, t.source),
    index('lot_pending_idx')
      .on(t.activatesAt)
      .where(sql`pending > 0`),
    index('lot_ending_idx')
      .on(t.programId, t.expiresAt)
      .where(sql`live`),
    index('lot_by_idx')
      .on(t.byContactId)
      .where(sql`by_contact_id is not null`),
  ],
);

/** Points set aside for an order until it is placed, called off, or the hold is over. One for each wallet they come from. */
export const pointHold = pgTable(
  'point_hold',
  {
    contactId: uuid('contact_id').notNull(),
    holdId: uuid('hold_id').notNull(),
    walletId: uuid('wallet_id').notNull(),
    programId: uuid('program_id').notNull(),
    key: text('key').notNull(),
    ref: text('ref'),
    points: points('points').notNull(),
    /** [{lotId, points, no}]; no: the place in what was taken over all wallets. */
    parts: jsonb('parts').notNull(),
    /** active | committed | released | expired */
    state: text('state').notNull(),
    expiresAt: instant('expires_at').notNull(),
    createdAt: instant('created_at').notNull(),
    byContactId: uuid('by_contact_id'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.holdId] }),
    index('point_hold_key_idx').on(t.contactId, t.key),
    index('point_hold_active_idx')
      .on(t.contactId, t.walletId)
      .where(sql`state = 'active'`),
    index('point_hold_ending_idx')
      .on(t.expiresAt)
      .where(sql`state = 'active'`),
    index('point_hold_by_idx')
      .on(t.byContactId)
      .where(sql`by_contact_id is not null`),
  ],
);

/** What a redemption took, lot by lot, and how much of it came back. One for each wallet. */
export const pointSpend = pgTable(
  'point_spend',
  {
    contactId: uuid('contact_id').notNull(),
    spendId: uuid('spend_id').notNull(),
    walletId: uuid('wallet_id').notNull(),
    programId: uuid('program_id').notNull(),
    key: text('key').notNull(),
    ref: text('ref'),
    points: points('points').notNull(),
    returned: zeroPoints('returned'),
    /** [{lotId, points, no, heldAt}]; no: the place in what was taken over all wallets; heldAt: when a hold had taken it. */
    parts: jsonb('parts').notNull(),
    entryId: uuid('entry_id').notNull(),
    spentAt: instant('spent_at').notNull(),
    byContactId: uuid('by_contact_id'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.spendId] }),
    index('point_spend_key_idx').on(t.contactId, t.key),
    index('point_spend_entry_idx').on(t.contactId, t.entryId),
    index('point_spend_by_idx')
      .on(t.byContactId)
      .where(sql`by_contact_id is not null`),
  ],
);

/** One movement in one wallet, append-only; its postings come to zero. Partitioned by month. */
export const ledgerEntry = pgTable(
  'ledger_entry',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    entryId: uuid('entry_id').notNull(),
    walletId: uuid('wallet_id').notNull(),
    programId: uuid('program_id').notNull(),
    programVersion: integer('program_version').notNull(),
    /** Its place in the wallet's chain, and what proves it: hash = SHA-256 of the one before and all that this one says. */
    seq: integer('seq').notNull(),
    hash: text('hash').notNull(),
    kind: text('kind').notNull(),
    key: text('key'),
    ref: text('ref'),
    reason: text('reason'),
    /** What it did to what can be spent. */
    points: points('points').notNull(),
    actorId: text('actor_id').notNull(),
    /** The entry it takes back, or the movement both sides of a transfer share. */
    relatesTo: uuid('relates_to'),
    byContactId: uuid('by_contact_id'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.occurredAt, t.entryId] }),
    index('ledger_entry_by_idx')
      .on(t.byContactId)
      .where(sql`by_contact_id is not null`),
  ],
);

/** One side of an entry: points into (or, below zero, out of) an account. Partitioned by month. */
export const ledgerPosting = pgTable(
  'ledger_posting',
  {
    contactId: uuid('contact_id').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    entryId: uuid('entry_id').notNull(),
    no: integer('no').notNull(),
    walletId: uuid('wallet_id').notNull(),
    programId: uuid('program_id').notNull(),
    account: text('account').notNull(),
    lotId: uuid('lot_id'),
    holdId: uuid('hold_id'),
    points: points('points').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.occurredAt, t.entryId, t.no] }),
    // Rows come in the order of time: a day's movements are a few pages of index away.
    index('ledger_posting_day_idx').using('brin', t.occurredAt),
  ],
);

/** Business keys used: the guard that a movement happens once, with what it came to. */
export const ledgerKey = pgTable(
  'ledger_key',
  {
    contactId: uuid('contact_id').notNull(),
    walletId: uuid('wallet_id').notNull(),
    key: text('key').notNull(),
    inputHash: text('input_hash').notNull(),
    result: jsonb('result').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [primaryKey({ columns: [t.contactId, t.walletId, t.key] })],
);

/** An adjustment, a transfer or a reversal above the program's limit, waiting for a second person. */
export const adjustmentRequest = pgTable(
  'adjustment_request',
  {
    contactId: uuid('contact_id').notNull(),
    requestId: uuid('request_id').notNull(),
    programId: uuid('program_id').notNull(),
    key: text('key').notNull(),
    /** Who would get the points of a transfer, and the node that was named. */
    toContactId: uuid('to_contact_id'),
    toOriginId: uuid('to_origin_id'),
    /** The entry a reversal takes back. */
    entryId: uuid('entry_id'),
    entryAt: instant('entry_at'),
    points: points('points').notNull(),
    reason: text('reason').notNull(),
    /** waiting | approved | refused */
    state: text('state').notNull(),
    /** Why nobody had to refuse it. same_contact: giver and getter became one person */
    why: text('why').$type<'same_contact'>(),
    authorId: text('author_id').notNull(),
    authorName: text('author_name').notNull(),
    approverId: text('approver_id'),
    approverName: text('approver_name'),
    createdAt: instant('created_at').notNull(),
    decidedAt: instant('decided_at'),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.requestId] }),
    uniqueIndex('adjustment_request_key_idx').on(t.contactId, t.programId, t.key, t.originId),
    index('adjustment_request_id_idx').on(t.requestId),
    index('adjustment_request_to_idx')
      .on(t.toContactId)
      .where(sql`to_contact_id is not null`),
    index('adjustment_request_waiting_idx')
      .on(t.createdAt, t.requestId)
      .where(sql`state = 'waiting'`),
  ],
);

/** Who shares the wallet of whom. */
export const familyMember = pgTable(
  'family_member',
  {
    contactId: uuid('contact_id').notNull(),
    programId: uuid('program_id').notNull(),
    ownerId: uuid('owner_id').notNull(),
    walletId: uuid('wallet_id').notNull(),
    /** Spends at most so many points a calendar month of the program's zone; null: no cap. */
    monthlyCap: points('monthly_cap'),
    spent: zeroPoints('spent'),
    spentMonth: text('spent_month').notNull().default(''),
    joinedAt: instant('joined_at').notNull(),
    originId: uuid('origin_id').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.contactId, t.programId, t.originId] }),
    index('family_member_owner_idx').on(t.ownerId, t.walletId),
  ],
);

/** Results of the standing verification. */
export const ledgerCheck = pgTable(
  'ledger_check',
  {
    checkId: uuid('check_id').primaryKey(),
    startedAt: instant('started_at').notNull(),
    finishedAt: instant('finished_at'),
    wallets: integer('wallets').notNull().default(0),
    entries: bigint('entries', { mode: 'number' }).notNull().default(0),
    faults: integer('faults').notNull().default(0),
    /** The first of them: [{walletId, what, detail}] */
    samples: jsonb('samples').notNull().default([]),
  },
  (t) => [index('ledger_check_started_idx').on(t.startedAt)],
);

/** Sums of a program's days by account, for days that are over; of erased contacts what stays in the books. */
export const ledgerDay = pgTable(
  'ledger_day',
  {
    programId: uuid('program_id').notNull(),
    day: date('day', { mode: 'string' }).notNull(),
    account: text('account').notNull(),
    points: points('points').notNull(),
  },
  (t) => [primaryKey({ columns: [t.programId, t.day, t.account] })],
);

/** How far each program's nights have come. */
export const ledgerNight = pgTable('ledger_night', {
  programId: uuid('program_id').primaryKey(),
  /** The day of the program's zone whose night is being worked off, and the step that is next. */
  day: date('day', { mode: 'string' }).notNull(),
  step: text('step').notNull(),
  /** Days before this are summed in ledger_day. */
  summedUntil: date('summed_until', { mode: 'string' }).notNull(),
  /** The same as an instant: the beginning of that day in the program's zone. */
  summedBefore: instant('summed_before').notNull(),
});
