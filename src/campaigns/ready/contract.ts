import { z } from 'zod';

const KEYS = [
  'welcome',
  'birthday',
  'abandoned-cart',
  'wanted',
  'win-back',
  'cross-sell',
  'points-expiring',
  'tier-reached',
  'tier-losing',
  'review-request',
  'order-status',
] as const;
const key = z.enum(KEYS);
export type ReadyKey = z.output<typeof key>;
const locale = z.enum(['en', 'ru']);
export type ReadyLocale = z.output<typeof locale>;

const words = z.object({ en: z.string(), ru: z.string() });

/** GET /api/ready-campaigns */
export const readyList = z
  .object({
    items: z.array(
      z.object({
        key,
        name: words,
        description: words,
        /** program: a loyalty programme that is in service; without one it cannot be chosen. */
        needs: z.enum(['program']).nullable(),
        possible: z.boolean(),
      }),
    ),
  })
  .meta({ id: 'ReadyCampaigns' });
export type ReadyList = z.output<typeof readyList>;

export const readyParam = z.object({ key });
export const readyQuery = z.object({ locale: locale.default('en') });

/** POST /api/ready-campaigns: `locale` names it and is for readers whose own language it does not have. */
export const readyInput = z.object({ key, locale: locale.default('en') }).meta({ id: 'ReadyCampaignInput' });
export type ReadyInput = z.output<typeof readyInput>;

export const readyMade = z
  .object({ campaignId: z.uuid(), templateId: z.uuid(), segmentId: z.uuid().nullable() })
  .meta({ id: 'ReadyCampaignMade' });
export type ReadyMade = z.output<typeof readyMade>;
