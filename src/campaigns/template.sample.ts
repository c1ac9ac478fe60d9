import { z } from 'zod';
import { ownValues } from './template.own.ts';
import type { About, Frame, Person } from './frame.ts';

/** The example values of a template, as far as they have the right shape; what is missing is filled from an invented person. */
const maybe = z.string().nullish().catch(null);
/** What a form's mail shows in the preview when the sample does not say. */
const formShape = z
  .object({
    name: z.string().default('News').catch('News'),
    confirmUrl: z.url().default('https://example.com/confirm').catch('https://example.com/confirm'),
  })
  .prefault({});

const productShape = z.object({
  name: z.string(),
  priceMinor: z.number().int().nullish().catch(null),
  currency: z.string().regex(/^[A-Z]{3}$/),
  imageUrl: maybe,
  because: maybe,
});
type SampleProduct = z.output<typeof productShape>;
const SUGGESTED: SampleProduct[] = [
  { name: 'Mountain Oolong', priceMinor: 1_480 },
  { name: 'Porcelain Cup Pair', priceMinor: 1_890 },
  { name: 'Honey Spoon', priceMinor: 650 },
  { name: 'Glass Teapot', priceMinor: 3_200 },
].map((one) => ({ ...one, currency: 'EUR', imageUrl: null, because: null }));

const loyaltyShape = z.object({
  program: z.string().default('Club').catch('Club'),
  balance: z.number().default(1_250).catch(1_250),
  standing: z
    .object({
      name: z.string().nullable().default('Silver').catch('Silver'),
      next: z.string().nullable().default('Gold').catch('Gold'),
      measure: z.enum(['spend', 'points', 'orders']).default('points').catch('points'),
      missing: z.number().default(300).catch(300),
      share: z.number().default(70).catch(70),
      currency: z.string().default('EUR').catch('EUR'),
    })
    .nullable()
    .catch(null)
    .prefault({}),
});

const shape = z.object({
  contact: z
    .object({
      name: z.string().default('Alice Brook').catch('Alice Brook'),
      givenName: maybe,
      familyName: maybe,
      email: z.string().default('alice@example.com').catch('alice@example.com'),
      phone: maybe,
      city: maybe,
      country: maybe,
      attributes: z.record(z.string(), z.unknown()).default({}).catch({}),
      ordersCount: z.number().default(3).catch(3),
      lastOrderAt: z.coerce.date().nullish().catch(null),
      lastProduct: z.object({ name: z.string(), imageUrl: maybe }).nullish().catch(null),
      favouriteCategory: maybe,
    })
    .prefault({}),
  form: formShape.catch({ name: 'News', confirmUrl: 'https://example.com/confirm' }),
  campaign: z.object({ products: z.array(productShape).default([]).catch([]) }).prefault({}),
  recommended: z.array(productShape).default(SUGGESTED).catch(SUGGESTED),
  wanted: z.array(productShape).default(SUGGESTED.slice(0, 2)).catch(SUGGESTED.slice(0, 2)),
  loyalty: loyaltyShape.nullable().catch(null).prefault({}),
  /** null: as a message without a coupon looks. */
  coupon: z.unknown().optional(),
});

/** What starts a message, when the sample does not say. */
const startShape = z
  .object({
    event: z
      .object({
        name: z.string().default('Event').catch('Event'),
        at: maybe,
        properties: z
          .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
          .default({})
          .catch({}),
      })
      .prefault({}),
    order: z
      .object({
        number: maybe,
        totalMinor: z.number().default(4_990).catch(4_990),
        currency: z.string().default('EUR').catch('EUR'),
        at: maybe,
      })
      .prefault({}),
    points: z.object({ expiring: z.number().default(120).catch(120), until: maybe }).prefault({}),
    tier: z.object({ name: maybe, previous: maybe, until: maybe }).prefault({}),
  })
  .prefault({});

export type Sample = {
  /** Variables of its own. */
  data: Record<string, unknown>;
  person: Omit<Person, 'contactId'>;
  about: Required<About>;
  /** Whether it shows a coupon; one is shown wherever the sample does not say that there is none. */
  coupon: boolean;
  products: Frame['products'];
};

function started(sample: unknown): z.output<typeof startShape> {
  const read = startShape.safeParse(sample);
  return read.success ? read.data : startShape.parse({});
}

const orNull = (text: string | null | undefined): string | null => text ?? null;

const productOf = ({ name, priceMinor, currency, imageUrl }: SampleProduct): Frame['products'][number] => ({
  name,
  priceMinor: priceMinor ?? null,
  currency,
  imageUrl: orNull(imageUrl),
  linkNo: 0,
});

export function readSample(sample: unknown): Sample {
  const read = shape.safeParse(sample);
  const { contact, campaign, form, recommended, wanted, loyalty, coupon } = read.success
    ? read.data
    : shape.parse({});
  return {
    person: {
      name: contact.name,
      givenName: contact.givenName ?? contact.name.split(' ')[0] ?? null,
      familyName: orNull(contact.familyName),
      email: contact.email,
      phone: orNull(contact.phone),
      city: orNull(contact.city),
      country: orNull(contact.country),
      locale: null,
      timeZone: null,
      attributes: contact.attributes,
    },
    about: {
      bought: {
        ordersCount: contact.ordersCount,
        lastOrderAt: contact.lastOrderAt ?? null,
        lastProduct:
          contact.lastProduct === null || contact.lastProduct === undefined
            ? null
            : { name: contact.lastProduct.name, imageUrl: orNull(contact.lastProduct.imageUrl) },
        favouriteCategory: orNull(contact.favouriteCategory),
      },
      recommended: recommended.map((one) => ({
        ...productOf(one),
        kind: 'together',
        because: orNull(one.because),
      })),
      wanted: wanted.map((one) => ({ ...productOf(one), kind: 'viewed', because: null })),
      loyalty,
    },
    coupon: coupon !== null,
    products: campaign.products.map(productOf),
    data: { form, ...started(sample), data: ownValues(sample) },
  };
}
