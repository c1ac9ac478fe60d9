import { z } from 'zod';
import { requiredText } from '../../core/text.ts';
import { MAX_POINTS } from '../programs/contract.ts';

const instant = z.iso.datetime();
const points = z.number().int();
const some = points.min(1).max(MAX_POINTS);

export const walletsQuery = z.object({ programId: z.uuid().optional() });

const lotAnswer = z.object({
  id: z.uuid(),
  source: z.string(),
  earned: points,
  pending: points,
  remaining: points,
  held: points,
  activatesAt: instant.nullable(),
  waitsFor: z.string().nullable(),
  expiresAt: instant.nullable(),
  earnedAt: instant,
});

/** A program's wallet as the contact sees it: of merged members all wallets together. `spendable` is what counts now. */
export const walletAnswer = z
  .object({
    programId: z.uuid(),
    programName: z.string(),
    kind: z.enum(['points', 'stored', 'gift', 'family']),
    state: z.enum(['open', 'frozen', 'closed']),
    /** Whose wallet it is when it is shared; null: the contact's own. */
    sharedBy: z.uuid().nullable(),
    spendable: points,
    /** Of it what this contact may spend now: a member's monthly cap of a shared wallet may leave less. */
    spendableNow: points,
    pending: points,
    held: points,
    /** What is owed, as a number above zero. */
    debt: points,
    /** What `spendable` is worth, in minor units. */
    worthMinor: z.number().int(),
    currency: z.string(),
    /** The next points to expire. */
    expiring: z.array(z.object({ at: instant, points })),
    lots: z.array(lotAnswer),
  })
  .meta({ id: 'Wallet' });
export type WalletView = z.output<typeof walletAnswer>;
export const walletList = z.object({ items: z.array(walletAnswer) });

export const entryAnswer = z
  .object({
    id: z.uuid(),
    occurredAt: instant,
    programId: z.uuid(),
    walletId: z.uuid(),
    kind: z.string(),
    key: z.string().nullable(),
    /** What it belongs to, as the program names it: `order:<id>`, `event:<id>`, `challenge:<id>`, `referral:<id>`, `birthday:<year>` … */
    ref: z.string().nullable(),
    /** The shop's number of that order. */
    orderNumber: z.string().nullable(),
    /** As it was given; `order_limit`: the program's limit of an order has cut it. */
    reason: z.string().nullable(),
    /** What it did to what can be spent. */
    points,
    /** The one figure for the member: of points held before, what a purchase took; else on the way, or written off. */
    told: points,
    relatesTo: z.uuid().nullable(),
    actorId: z.string(),
    postings: z.array(
      z.object({ account: z.string(), points, lotId: z.uuid().nullable(), holdId: z.uuid().nullable() }),
    ),
  })
  .meta({ id: 'LedgerEntry' });
export type EntryView = z.output<typeof entryAnswer>;
export const entryPage = z.object({ items: z.array(entryAnswer), nextCursor: z.string().nullable() });

const reason = requiredText(500);

export const adjustInput = z
  .object({
    contactId: z.uuid(),
    programId: z.uuid(),
    points: points
      .min(-MAX_POINTS)
      .max(MAX_POINTS)
      .refine((value) => value !== 0, 'not zero'),
    reason,
    /** Makes a repeat the same; default: none is the same. */
    key: requiredText(100).optional(),
  })
  .meta({ id: 'PointsAdjustment' });
export type AdjustInput = z.output<typeof adjustInput>;

export const requestAnswer = z
  .object({
    id: z.uuid(),
    contactId: z.uuid(),
    kind: z.enum(['adjustment', 'transfer', 'reversal']),
    /** Of a transfer who would get the points; null for a contact who is not the reader's to see. */
    toContactId: z.uuid().nullable(),
    /** Of a reversal the entry it takes back. */
    entryId: z.uuid().nullable(),
    programId: z.uuid(),
    points,
    reason: z.string(),
    state: z.enum(['waiting', 'approved', 'refused']),
    /** Why it was refused without anybody. same_contact: giver and getter turned out to be one person. */
    why: z.enum(['same_contact']).nullable(),
    author: z.string(),
    /** The reader asked for it: only somebody else can approve it, but the reader may take it back (refuse it). */
    needsAnother: z.boolean(),
    approver: z.string().nullable(),
    createdAt: instant,
    decidedAt: instant.nullable(),
  })
  .meta({ id: 'PointsAdjustmentRequest' });
export type RequestView = z.output<typeof requestAnswer>;
export const requestPage = z.object({ items: z.array(requestAnswer), nextCursor: z.string().nullable() });

const byHand = z.enum(['done', 'waiting', 'refused']);

/** `done`, or `waiting` for a second person when it is above the program's limit, or `refused` by one: under its key for good. */
export const adjustAnswer = z.object({
  state: byHand,
  points,
  request: requestAnswer.nullable(),
});
export type AdjustAnswer = z.output<typeof adjustAnswer>;

export const decisionInput = z.object({ approve: z.boolean() });

export const transferInput = z
  .object({
    contactId: z.uuid(),
    toContactId: z.uuid(),
    programId: z.uuid(),
    points: some,
    reason,
    key: requiredText(100).optional(),
  })
  .meta({ id: 'PointsTransfer' });
export type TransferInput = z.output<typeof transferInput>;

export const reverseInput = z
  .object({ contactId: z.uuid(), programId: z.uuid(), entryId: z.uuid(), occurredAt: instant, reason })
  .meta({ id: 'LedgerReversal' });
export type ReverseInput = z.output<typeof reverseInput>;

const postedAnswer = z.object({
  points,
  pending: points,
  debt: points,
  shortfall: points,
  repeated: z.boolean(),
});
export type PostedView = z.output<typeof postedAnswer>;

/** `waiting`, `refused`: nothing has moved, `points` are those asked for. */
const movedAnswer = postedAnswer.extend({ state: byHand, request: requestAnswer.nullable() });
export const transferAnswer = movedAnswer.meta({ id: 'PointsTransferAnswer' });
export type TransferAnswer = z.output<typeof transferAnswer>;
export const reverseAnswer = movedAnswer.meta({ id: 'LedgerReversalAnswer' });
export type ReverseAnswer = z.output<typeof reverseAnswer>;

export const familyInput = z
  .object({
    programId: z.uuid(),
    ownerId: z.uuid(),
    contactId: z.uuid(),
    /** Points this member may spend in a calendar month; null: no cap. */
    monthlyCap: points.min(0).max(MAX_POINTS).nullable().default(null),
  })
  .meta({ id: 'FamilyMemberInput' });
export type FamilyInput = z.output<typeof familyInput>;

export const familyLeaveInput = z
  .object({
    programId: z.uuid(),
    contactId: z.uuid(),
    /** What goes along: nothing, an equal share, or what is left of the points this member brought. */
    split: z.enum(['none', 'equal', 'own']).default('own'),
  })
  .meta({ id: 'FamilyLeaveInput' });
export type FamilyLeaveInput = z.output<typeof familyLeaveInput>;

export const familyCapInput = familyInput
  .pick({ programId: true, contactId: true })
  .extend({ monthlyCap: points.min(0).max(MAX_POINTS).nullable() })
  .meta({ id: 'FamilyCapInput' });
export type FamilyCapInput = z.output<typeof familyCapInput>;

export const familyAnswer = z
  .object({
    ownerId: z.uuid(),
    programId: z.uuid(),
    members: z.array(
      z.object({
        contactId: z.uuid(),
        /** Null for a contact who is not the reader's to see; empty for one without a name. */
        name: z.string().nullable(),
        monthlyCap: points.nullable(),
        spentThisMonth: points,
        joinedAt: instant,
      }),
    ),
  })
  .meta({ id: 'Family' });
export type FamilyView = z.output<typeof familyAnswer>;

export const liabilityQuery = z.object({
  programId: z.uuid(),
  /** Days of history. */
  days: z.coerce.number().int().min(1).max(366).default(30),
});

/**
 * All in points; `worthMinor` is what the outstanding ones are worth when spent. It adds up: issued + adjusted − redeemed − expired =
 * outstanding + pending + held − debt.
 */
export const liabilityAnswer = z
  .object({
    programId: z.uuid(),
    currency: z.string(),
    asOf: instant,
    outstanding: points,
    pending: points,
    held: points,
    debt: points,
    worthMinor: z.number().int(),
    /** By rules and promotions, and bought; less what returns took back. */
    issued: points,
    /** By hand, and written off: what should have come back and was spent, less what of it came back later. Above zero when more was put in. */
    adjusted: points,
    redeemed: points,
    expired: points,
    /** Expired and forfeited of what was issued, in percent; null before anything was. */
    breakagePercent: z.number().nullable(),
    /** Of outstanding, by month (YYYY-MM) of their end in the program's zone; null: never. */
    expiringByMonth: z.array(z.object({ month: z.string().nullable(), points })),
    history: z.array(
      z.object({
        day: z.iso.date(),
        issued: points,
        adjusted: points,
        redeemed: points,
        expired: points,
        outstanding: points,
        pending: points,
      }),
    ),
  })
  .meta({ id: 'LoyaltyLiability' });
export type LiabilityView = z.output<typeof liabilityAnswer>;

export const checkAnswer = z
  .object({
    id: z.uuid(),
    startedAt: instant,
    /** Null while it runs, or when it was interrupted. */
    finishedAt: instant.nullable(),
    wallets: z.number().int(),
    entries: z.number().int(),
    faults: z.number().int(),
    samples: z.array(z.object({ walletId: z.uuid(), what: z.string(), detail: z.string() })),
  })
  .meta({ id: 'LedgerVerification' });
export type CheckView = z.output<typeof checkAnswer>;
/** `sound`: the last one that finished found nothing; null when none has. */
export const checkList = z.object({ sound: z.boolean().nullable(), items: z.array(checkAnswer) });
