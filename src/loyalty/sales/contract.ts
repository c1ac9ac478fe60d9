import { z } from 'zod';
import { externalId } from '../../contacts/contract.ts';
import { requiredText, text } from '../../core/text.ts';
import { pricedCart } from '../pricing/contract.ts';
import {
  currencyCode,
  idText,
  minorAmount,
  pointCount,
  priceText,
  quantityText,
  shareText,
  tagText,
} from '../pricing/contract.values.ts';

/** More than any till prints; the same bounds as an order's. */
const MAX_LINES = 2_000;
const MAX_CODES = 20;
const MAX_TAGS = 50;
/** A till asks for seconds, a shop while somebody pays; nobody may keep others from a limit for longer than a day. */
const MIN_TTL_S = 10;
const MAX_TTL_S = 86_400;
const DEFAULT_TTL_S = 900;

const instant = z.iso.datetime();
const minor = z.number().int();

const cartLineInput = z
  .strictObject({
    /** The shop's own, unique in the cart, for returns. Default: the line's place, from "1". */
    id: idText.optional(),
    /** The shop's product code, or our id. */
    product: requiredText(100).optional(),
    productId: z.uuid().optional(),
    description: text(500).optional(),
    quantity: quantityText,
    /** Default: the catalogue's price. */
    unitPrice: priceText.optional(),
    priceFixed: z.boolean().default(false),
    cost: priceText.optional(),
    floorMinor: minorAmount.optional(),
    noDiscounts: z.boolean().default(false),
    taxPercent: shareText.optional(),
    tags: z.array(tagText).max(MAX_TAGS).default([]),
  })
  .refine((line) => (line.product === undefined) !== (line.productId === undefined), {
    error: 'one of product, productId',
  });

const buyerFields = z.strictObject({
  contactId: z.uuid(),
  externalId,
  /** A card number, or what a QR code says. */
  card: requiredText(600),
  /** A look-up by phone that was confirmed by its code, not longer than 15 minutes ago. */
  lookup: z.uuid(),
  phone: requiredText(40),
  email: z.email().max(320),
});

/** Who buys: one of these. Left out: nobody is known. Read as one object first, so that a wrong field is told by its name. */
const buyerInput = buyerFields
  .partial()
  .superRefine((said, check) => {
    const [first, second] = Object.keys(said);
    if (first !== undefined && second === undefined) return;
    check.addIssue({
      code: 'custom',
      message: 'Name the buyer by one of contactId, externalId, card, lookup, phone, email, and by no other.',
      path: second === undefined ? [] : [second],
    });
  })
  .meta({ description: 'One of these', minProperties: 1, maxProperties: 1 })
  .pipe(
    z.union([
      buyerFields.pick({ contactId: true }),
      z.strictObject({ externalId: z.object({ namespace: z.string(), id: z.string() }) }),
      buyerFields.pick({ card: true }),
      buyerFields.pick({ lookup: true }),
      buyerFields.pick({ phone: true }),
      buyerFields.pick({ email: true }),
    ]),
  );
export type BuyerInput = z.output<typeof buyerInput>;

const cartFields = {
  /** Default: the only program there is. */
  programId: z.uuid().optional(),
  /** Default: the base currency. */
  currency: currencyCode.optional(),
  /** Base currency per unit of `currency`; needed when they differ. */
  baseRate: priceText.optional(),
  lines: z.array(cartLineInput).min(1).max(MAX_LINES),
  /** create: what nobody has told of is sold at the price given with it. */
  unknownProducts: z.enum(['refuse', 'create']).default('refuse'),
  buyer: buyerInput.optional(),
  codes: z.array(requiredText(64)).max(MAX_CODES).default([]),
  spendPoints: z.union([pointCount, z.literal('max')]).default(0),
  channel: requiredText(60).optional(),
  shipping: z.strictObject({ amountMinor: minorAmount, taxPercent: shareText.optional() }).optional(),
  taxIncluded: z.boolean().default(true),
  language: z.enum(['en', 'ru']).default('en'),
};

/** What is sold, to whom and with what. */
export const askedCart = z.strictObject(cartFields);
export type AskedCart = z.output<typeof askedCart>;
/** POST /api/loyalty/quote. `trace`: `short` leaves out promotions that did not apply and did not nearly do. */
export const quoteInput = z
  .strictObject({ ...cartFields, trace: z.enum(['all', 'short']).default('all') })
  .meta({ id: 'QuoteInput' });
export type QuoteInput = z.output<typeof quoteInput>;
/** What is kept of a request is read back by the same shape. */
export const keptRequest = askedCart.strip();

const saleKey = {
  /** Which shop or till numbers it: (source, externalId) is one sale for good. */
  source: requiredText(60),
  externalId: requiredText(100),
};
const promise = {
  /** Of a quote: 409 `price_changed` when the figures are other ones by now. */
  fingerprint: z.string().max(100).optional(),
  /** When it happened by the shop's clock; default now. Prices go by our clock. */
  occurredAt: z.iso.datetime({ offset: true }).optional(),
};
const paid = { status: z.enum(['placed', 'paid']).default('placed') };

export const reserveInput = z
  .strictObject({
    ...cartFields,
    ...saleKey,
    ...promise,
    ttlS: z.number().int().min(MIN_TTL_S).max(MAX_TTL_S).default(DEFAULT_TTL_S),
  })
  .meta({ id: 'ReservationInput' });
export type ReserveInput = z.output<typeof reserveInput>;

export const saleInput = z
  .strictObject({ ...cartFields, ...saleKey, ...promise, ...paid })
  .meta({ id: 'SaleInput' });
export type SaleInput = z.output<typeof saleInput>;

export const commitInput = z.strictObject({ ...promise, ...paid }).meta({ id: 'CommitInput' });
export type CommitInput = z.output<typeof commitInput>;

export const returnInput = z
  .strictObject({
    /** The shop's own, of this sale: once for good. */
    number: requiredText(60),
    /** Units that came back; `all`: whatever is left. */
    lines: z
      .union([
        z.literal('all'),
        z.array(z.strictObject({ id: idText, quantity: quantityText })).max(MAX_LINES),
      ])
      .default([]),
    /** Whether the shipping is given back too. */
    shipping: z.boolean().default(false),
    /** Money given back without goods. */
    moneyMinor: minorAmount.min(1).optional(),
    occurredAt: z.iso.datetime({ offset: true }).optional(),
  })
  .refine((r) => r.lines === 'all' || r.lines.length > 0 || r.shipping || r.moneyMinor !== undefined, {
    error: 'nothing comes back',
    path: ['lines'],
  })
  .refine((r) => r.moneyMinor === undefined || (r.lines.length === 0 && !r.shipping), {
    error: 'money alone, or goods',
    path: ['moneyMinor'],
  })
  .meta({ id: 'SaleReturnInput' });
export type ReturnInput = z.output<typeof returnInput>;

/** What the order will earn; null: nobody can tell. */
const earns = z
  .object({
    /** All of them: by earning rules, and `bonusPoints`. */
    points: z.number().int(),
    /** Of `points`: given by promotions with the order. The program's most for one order is not about them. */
    bonusPoints: z.number().int(),
    pending: z.boolean(),
    /** The program lets rules give `most` points for one order; they would have given `desired`. null: nothing is cut. */
    limit: z.object({ most: z.number().int(), desired: z.number().int() }).nullable(),
  })
  .nullable();

export const quoteAnswer = z
  .object({
    /** Send it with the commit to be sure of these figures. */
    fingerprint: z.string(),
    /**
     * Whether the buyer's points and personal coupons could be used: the card was shown, a look-up confirmed, or the key vouches for who
     * buys. Without it nobody is told whose phone, e-mail or id it is, nor how many points there are.
     */
    proven: z.boolean(),
    contactId: z.uuid().nullable(),
    programId: z.uuid().nullable(),
    pointsAvailable: z.number().int(),
    priced: pricedCart,
    /** One sentence for each offer that is near. */
    hints: z.array(z.object({ offerId: z.string(), text: z.string() })),
    earns,
  })
  .meta({ id: 'Quote' });
export type QuoteView = z.output<typeof quoteAnswer>;

const refundView = z.object({
  id: z.string(),
  quantity: z.string(),
  moneyMinor: minor,
  pointsPaidMinor: minor,
  points: z.number().int(),
  taxMinor: minor,
  parts: z.array(z.object({ id: z.string(), stage: z.string(), amountMinor: minor })),
});

/** What came back, and what of it is to be paid out. */
export const returnWorth = z.object({
  number: z.string(),
  lines: z.array(refundView),
  shipping: refundView.nullable(),
  moneyMinor: minor,
  pointsPaidMinor: minor,
  points: z.number().int(),
  taxMinor: minor,
  couponsGivenBack: z.array(z.string()),
  occurredAt: instant,
});
export type ReturnView = z.output<typeof returnWorth>;

export const keptPriced = pricedCart.omit({ trace: true });
export const keptTrace = pricedCart.shape.trace;

const saleFields = {
  id: z.uuid(),
  source: z.string(),
  externalId: z.string(),
  contactId: z.uuid().nullable(),
  programId: z.uuid().nullable(),
  state: z.enum(['reserved', 'committed', 'cancelled', 'expired', 'partly_returned', 'returned']),
  fingerprint: z.string(),
  reservedUntil: instant.nullable(),
  orderId: z.uuid().nullable(),
  occurredAt: instant,
  refundedMinor: minor,
};
export const saleAnswer = z.object({ ...saleFields, priced: keptPriced }).meta({ id: 'Sale' });
export type SaleView = z.output<typeof saleAnswer>;

export const saleDetail = z
  .object({
    ...saleFields,
    priced: pricedCart,
    hints: quoteAnswer.shape.hints,
    returns: z.array(returnWorth),
  })
  .meta({ id: 'SaleDetail' });
export type SaleDetail = z.output<typeof saleDetail>;

export const returnAnswer = z
  .object({ saleId: z.uuid(), state: saleFields.state, refundedMinor: minor, worth: returnWorth })
  .meta({ id: 'SaleReturn' });
export type ReturnAnswer = z.output<typeof returnAnswer>;
