import { z } from 'zod';

/** As the ledger names them: smtp, sendgrid, sms, telegram, push, webhook, calls, outbox. */
const providerName = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'the name of a provider such as smtp');
const domainName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a domain in small letters such as example.com');

/** A message in a hundred seconds is as good as a pause; ten thousand a second is more than one machine makes. */
const perSecond = z.number().min(0.01).max(10_000);
const perMinute = z.number().min(1).max(100_000);
const MAX_PROVIDERS = 20;
const MAX_DOMAINS = 200;

const distinct = (names: readonly string[]): boolean => new Set(names).size === names.length;

/** Setting `campaigns.pace`: how fast each provider and each domain of recipients is written to. What is not named has no limit. */
export const paceSettings = z
  .strictObject({
    providers: z
      .array(z.strictObject({ provider: providerName, perSecond }))
      .max(MAX_PROVIDERS)
      .refine((list) => distinct(list.map(({ provider }) => provider)), 'a provider stands twice')
      // Telegram's Bot API takes about 30 messages a second.
      .default([{ provider: 'telegram', perSecond: 25 }]),
    /** Mail by the domain of its address. */
    domains: z
      .array(z.strictObject({ domain: domainName, perMinute }))
      .max(MAX_DOMAINS)
      .refine((list) => distinct(list.map(({ domain }) => domain)), 'a domain stands twice')
      .default([]),
    /** For each domain that is not named; null: no limit. */
    otherDomainsPerMinute: perMinute.nullable().default(null),
    /** When a provider that is away is left alone. */
    breaker: z
      .strictObject({
        /** Outages one after the other. */
        consecutive: z.number().int().min(3).max(1_000).default(10),
        /** Or this share of what was handed over within a minute. */
        sharePercent: z.number().int().min(10).max(100).default(50),
        /** The first pause; each further one is twice as long, up to ten minutes. */
        pauseSeconds: z.number().int().min(5).max(600).default(30),
      })
      .prefault({}),
  })
  .meta({ id: 'PaceSettings' });
export type PaceSettings = z.output<typeof paceSettings>;

const slowdown = {
  /** Messages a second at present; null: no limit. */
  perSecond: z.number().nullable(),
  /** It has asked to be left alone until then. */
  blockedUntil: z.iso.datetime().nullable(),
  /** When it last said "too fast"; from then on the pace grows again, twice as fast each minute. */
  slowedAt: z.iso.datetime().nullable(),
};

/** GET /api/campaigns/pace: what is set, and how each provider that was limited or away stands now. */
export const paceAnswer = z
  .object({
    settings: paceSettings,
    providers: z.array(
      z.object({
        provider: z.string(),
        ...slowdown,
        /** closed: messages go | open: none go until `until` | half_open: a few are on their way to find out */
        state: z.enum(['closed', 'open', 'half_open']),
        until: z.iso.datetime().nullable(),
        /** What the last outage was. */
        reason: z.string().nullable(),
        changedAt: z.iso.datetime(),
      }),
    ),
    /** Domains that have said "too fast" lately. */
    domains: z.array(z.object({ domain: z.string(), ...slowdown })),
  })
  .meta({ id: 'Pace' });
export type PaceAnswer = z.output<typeof paceAnswer>;
