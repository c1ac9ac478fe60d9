import { z } from 'zod';
import { ownValues } from './template.own.ts';
import type { Bought, Frame, Person } from './frame.ts';

/** The example values of a template, as far as they have the right shape; what is missing is filled from an invented person. */
const maybe = z.string().nullish().catch(null);
/** What a form's mail shows in the preview when the sample does not say. */
const formShape = z
  .object({
    name: z.string().default('News').catch('News'),
    confirmUrl: z.url().default('https://example.com/confirm').catch('https://example.com/confirm'),
  })
  .prefault({});

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
  campaign: z
    .object({
      products: z
        .array(
          z.object({
            name: z.string(),
            priceMinor: z.number().int().nullish().catch(null),
            currency: z.string().regex(/^[A-Z]{3}$/),
            imageUrl: maybe,
          }),
        )
        .default([])
        .catch([]),
    })
    .prefault({}),
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
  bought: Bought;
  products: Frame['products'];
};

function started(sample: unknown): z.output<typeof startShape> {
  const read = startShape.safeParse(sample);
  return read.success ? read.data : startShape.parse({});
}

const orNull = (text: string | null | undefined): string | null => text ?? null;

export function readSample(sample: unknown): Sample {
  const read = shape.safeParse(sample);
  const { contact, campaign, form } = read.success ? read.data : shape.parse({});
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
    bought: {
      ordersCount: contact.ordersCount,
      lastOrderAt: contact.lastOrderAt ?? null,
      lastProduct:
        contact.lastProduct === null || contact.lastProduct === undefined
          ? null
          : { name: contact.lastProduct.name, imageUrl: orNull(contact.lastProduct.imageUrl) },
      favouriteCategory: orNull(contact.favouriteCategory),
    },
    products: campaign.products.map((product) => ({
      name: product.name,
      priceMinor: product.priceMinor ?? null,
      currency: product.currency,
      imageUrl: orNull(product.imageUrl),
      linkNo: 0,
    })),
    data: { form, ...started(sample), data: ownValues(sample) },
  };
}
