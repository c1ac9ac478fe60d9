import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';
import { isTimeZone } from '../../core/time.ts';
import { idText, offerStage, percentBase, tagText } from '../pricing/contract.values.ts';

/** Points of one movement at most: far beyond any programme, and sums of millions of them stay exact on the wire. */
export const MAX_POINTS = 1_000_000_000;
const MAX_NAME = 200;
/** Ten years: longer terms are "never". */
const MAX_DAYS = 3_650;
const MAX_AMOUNT = Number.MAX_SAFE_INTEGER;
const MAX_CALENDAR_DATES = 12;
const MAX_TERMS = 20_000;

const instant = z.iso.datetime();
const points = z.number().int().min(0).max(MAX_POINTS);
const minor = z.number().int().min(0).max(MAX_AMOUNT);
const days = z.number().int().min(1).max(MAX_DAYS);

/** When earned points become spendable. Days are calendar days of the program's zone; 0 days: at once. */
export const pendingRule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('days'), days: z.number().int().min(0).max(MAX_DAYS) }),
  z.object({ kind: z.literal('until'), date: z.iso.date() }),
  /** Until somebody says so (`activatePending`), such as at delivery; `maxDays` makes sure that it ends. */
  z.object({
    kind: z.literal('event'),
    event: requiredText(MAX_NAME),
    maxDays: days.nullable().default(null),
  }),
]);
export type PendingRule = z.output<typeof pendingRule>;

/**
 * Until when points can be spent: always to the end of a day in the program's zone. `days`/`months` after they became spendable,
 * calendar dates (MM-DD, the next one at least `minDays` away), or `inactivity` days/months after the wallet last moved.
 */
export const expiryRule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('never') }),
  z.object({
    kind: z.literal('term'),
    unit: z.enum(['days', 'months']),
    count: z.number().int().min(1).max(MAX_DAYS),
  }),
  z.object({
    kind: z.literal('dates'),
    dates: z
      .array(z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a month and a day such as 12-31'))
      .min(1)
      .max(MAX_CALENDAR_DATES),
    minDays: z.number().int().min(0).max(MAX_DAYS).default(0),
  }),
  z.object({
    kind: z.literal('inactivity'),
    unit: z.enum(['days', 'months']),
    count: z.number().int().min(1).max(MAX_DAYS),
    /** What counts as activity: earning only, or spending too. */
    by: z.enum(['earning', 'any']).default('any'),
  }),
]);
export type ExpiryRule = z.output<typeof expiryRule>;

/** What a return does when the points it takes back are spent: leave the wallet at zero, or let it owe up to `limit`. */
const debtPolicy = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('refuse') }),
  z.object({ kind: z.literal('allow'), limit: points.min(1) }),
]);

/** In percent with up to three decimals. */
const percent = z.number().min(0).max(100).multipleOf(0.001);
const MAX_EXCLUDED = 1_000;
const MAX_TAGS = 100;

/**
 * How the offers of a stage stand beside each other. best: no line is lowered twice, the lowest total counts; stack: all, each on what
 * is left; first: the first by priority takes a line. `percentBase` null: the program's.
 */
const stageRule = z.object({
  mode: z.enum(['best', 'stack', 'first']).default('best'),
  percentBase: percentBase.nullable().default(null),
  /** All offers of the stage together lower the goods by at most this, of the price after price lists. */
  maxPercent: percent.min(0.001).nullable().default(null),
});

export const programSettings = z.object({
  /** Minor units of the currency that 100 points are worth when spent. */
  valueOf100Minor: minor.min(1).default(100),
  /** A discount lowers what is taxed, a payment does not. */
  spendAs: z.enum(['discount', 'payment']).default('discount'),
  spendCap: z
    .object({
      /** Of the order, in percent with up to three decimals. */
      percentOfOrder: percent.nullable().default(null),
      amountMinor: minor.nullable().default(null),
      /** Nobody with fewer points may spend any. */
      minBalance: points.default(0),
    })
    .prefault({}),
  rounding: z.enum(['half_up', 'half_even', 'down', 'up']).default('half_up'),
  /** What a percentage is of: the price before other discounts, or what they left. */
  percentBase: percentBase.default('initial'),
  /** By stage: product, personal, order, coupon, shipping; one that is not named takes the best. */
  stages: z.partialRecord(offerStage, stageRule).default({}),
  /** Below this no discount lowers a line: a share of its list price, a mark-up over its cost. */
  floor: z
    .object({
      percentOfList: percent.nullable().default(null),
      overCostPercent: z.number().min(0).max(999.999).multipleOf(0.001).nullable().default(null),
    })
    .prefault({}),
  /** All discounts of an order together, of the price after price lists. */
  maxDiscountPercent: percent.nullable().default(null),
  /** What points may pay beside `spendCap`. */
  spendLimits: z
    .object({
      maxPoints: points.nullable().default(null),
      minOrderMinor: minor.default(0),
      /** Points are spent in multiples of this. */
      step: points.min(1).default(1),
      /** Only as a payment. */
      payShipping: z.boolean().default(false),
      /** Goods that take no points. */
      excluded: z
        .object({
          products: z.array(idText).max(MAX_EXCLUDED).default([]),
          categories: z.array(idText).max(MAX_EXCLUDED).default([]),
          tags: z.array(tagText).max(MAX_TAGS).default([]),
        })
        .prefault({}),
    })
    .prefault({}),
  /** Whether the part of an order paid with points earns points. */
  earnOnPointsPart: z.boolean().default(false),
  /**
   * Points one order earns at most by all earning rules together; what is above is cut, and the ledger says so. null: any. What is
   * usual depends on currency and rules, so none is set by itself; the checks before the launch ask for one. Points that promotions give
   * with an order do not count.
   */
  maxPointsPerOrder: points.min(1).nullable().default(null),
  pending: pendingRule.prefault({ kind: 'days', days: 0 }),
  expiry: expiryRule.prefault({ kind: 'never' }),
  debt: debtPolicy.prefault({ kind: 'refuse' }),
  /** Redeemed points that come back when their lot is over: they expire, or live so many days from then. */
  returnedExpired: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('expire') }),
      z.object({ kind: z.literal('extend'), days }),
    ])
    .prefault({ kind: 'extend', days: 30 }),
  /** Adjustments above this wait for a second person; null: none does. */
  adjustmentLimit: points.nullable().default(1_000),
  /** Receipts of so many days before the claim can be claimed. */
  claimDays: z.number().int().min(0).max(MAX_DAYS).default(30),
  /** What leaving does with the points: forfeit them, or freeze them until they expire or the member comes back. */
  leaving: z.enum(['forfeit', 'freeze']).default('forfeit'),
  /** First digits of card numbers. */
  cardPrefix: z
    .string()
    .regex(/^\d{2,6}$/, 'two to six digits')
    .default('29'),
  termsVersion: requiredText(50).default('1'),
  /** The terms of that version: what members accept, or the address where it stands. */
  termsText: text(MAX_TERMS).default(''),
});
export type ProgramSettings = z.output<typeof programSettings>;

const zone = z.string().max(100).refine(isTimeZone, 'an IANA time zone such as Europe/Berlin');

export const programInput = z
  .object({
    name: requiredText(MAX_NAME),
    /** Default: the base currency. */
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'three capital letters')
      .optional(),
    zone: zone.optional(),
    /** It takes no members before it is launched. */
    draft: z.boolean().default(false),
    settings: programSettings.prefault({}),
  })
  .meta({ id: 'LoyaltyProgramInput' });
export type ProgramInput = z.output<typeof programInput>;

/** `version` is the one that was edited: 409 `program_changed` when it is not the present one. A draft is launched, not set active. */
export const programPatch = z
  .object({
    version: z.number().int().min(1),
    name: requiredText(MAX_NAME).optional(),
    /** Only what changes; each is checked together with the rest. */
    settings: z.record(z.string(), z.unknown()).optional(),
    state: z.enum(['active', 'archived']).optional(),
  })
  .meta({ id: 'LoyaltyProgramPatch' });
export type ProgramPatch = z.output<typeof programPatch>;

export const programAnswer = z
  .object({
    id: z.uuid(),
    name: z.string(),
    currency: z.string(),
    zone: z.string(),
    state: z.enum(['draft', 'active', 'archived']),
    version: z.number().int(),
    settings: programSettings,
    createdAt: instant,
    updatedAt: instant,
  })
  .meta({ id: 'LoyaltyProgram' });
export type ProgramView = z.output<typeof programAnswer>;
export const programList = z.object({ items: z.array(programAnswer) });

export const programVersionList = z.object({
  items: z.array(
    z.object({
      version: z.number().int(),
      name: z.string(),
      settings: programSettings,
      changedBy: z.string(),
      changedAt: instant,
    }),
  ),
});

const MEMBER_CHANNELS = ['console', 'till', 'site', 'app', 'import', 'api'] as const;

export const enrolInput = z
  .object({
    programId: z.uuid(),
    contactId: z.uuid(),
    /** The terms shown and accepted; 422 `terms_outdated` when they are not the program's present ones. */
    termsVersion: requiredText(50),
    channel: z.enum(MEMBER_CHANNELS).default('console'),
    /** A card already in the person's hands; without it a number is made. */
    cardNumber: z
      .string()
      .regex(/^\d{8,19}$/, 'eight to nineteen digits')
      .optional(),
  })
  .meta({ id: 'EnrolInput' });
export type EnrolInput = z.output<typeof enrolInput>;

export const memberAnswer = z
  .object({
    id: z.uuid(),
    programId: z.uuid(),
    contactId: z.uuid(),
    /** Its last two digits alone, for keys that were told of the contact and not shown the card. */
    cardNumber: z.string(),
    /** What the member's QR code says; empty for the same keys. */
    qr: z.string(),
    termsVersion: z.string(),
    channel: z.string(),
    state: z.enum(['active', 'left']),
    enrolledAt: instant,
    leftAt: instant.nullable(),
  })
  .meta({ id: 'LoyaltyMember' });
export type MemberView = z.output<typeof memberAnswer>;
export const memberList = z.object({ items: z.array(memberAnswer) });

export const leaveInput = z.object({ reason: text(500).default('') });

/** A till asks by card number or by what a QR code says. */
export const lookupInput = z
  .object({
    programId: z.uuid(),
    card: z.string().min(1).max(40).optional(),
    qr: z.string().min(1).max(600).optional(),
  })
  .refine(({ card, qr }) => card !== undefined || qr !== undefined, {
    error: 'Give card, the number, or qr, what the QR code says.',
    path: ['card'],
  })
  .meta({ id: 'MemberLookup' });
export type LookupInput = z.output<typeof lookupInput>;

export const phoneLookupInput = z
  .object({ programId: z.uuid(), phone: requiredText(40) })
  .meta({ id: 'MemberPhoneLookup' });
export type PhoneLookupInput = z.output<typeof phoneLookupInput>;
/** The same answer whether or not anybody has this phone. */
export const phoneLookupAnswer = z.object({ lookupId: z.uuid(), expiresAt: instant });

export const codeInput = z.object({ code: z.string().regex(/^\d{6}$/, 'six digits') });
/**
 * `member` when the code was right; otherwise how many attempts are left (0: ask for a new code). Until `lookupUntil` the look-up's id
 * proves that the member is there: `buyer: { lookup }` of a sale.
 */
export const codeAnswer = z.object({
  member: memberAnswer.nullable(),
  attemptsLeft: z.number().int(),
  lookupUntil: instant.nullable(),
});
export type CodeAnswer = z.output<typeof codeAnswer>;

export const claimInput = z
  .object({ source: requiredText(200), externalId: requiredText(200) })
  .meta({ id: 'ReceiptClaim' });
export type ClaimInput = z.output<typeof claimInput>;
export const claimAnswer = z.object({ orderId: z.uuid(), occurredAt: instant, claimedAt: instant });
export type ClaimView = z.output<typeof claimAnswer>;

export const memberParams = z.object({ id: z.uuid(), programId: z.uuid() });
