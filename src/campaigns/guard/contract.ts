import { z } from 'zod';

const id = z.uuid();
const instant = z.iso.datetime();
const share = z.number().min(0.01).max(1).nullable();
const count = z.number().int();

/** PUT /api/campaigns/guard: from when on a launch takes two people. null: never for this reason. */
export const guardSettings = z
  .strictObject({
    /** Launches to fewer never need a second person. */
    from: z.number().int().min(1).max(100_000_000).default(1_000),
    /** Of the base. */
    share: share.default(0.1),
    /** Times as many as the last run. */
    growth: z.number().min(1.1).max(1_000).nullable().default(2),
    /** Share of the audience that another campaign has written to within a day, or will. */
    overlap: share.default(0.3),
    /** The incentives may cost more than their budget. */
    budget: z.boolean().default(true),
  })
  .meta({ id: 'SendGuardSettings' });
export type GuardSettings = z.output<typeof guardSettings>;

const FINDINGS = ['share', 'growth', 'overlap', 'budget'] as const;
const finding = z.object({
  code: z.enum(FINDINGS),
  /** share and overlap: of 1; growth: times; budget: minor units. */
  value: z.number(),
  limit: z.number(),
});
export type Finding = z.output<typeof finding>;

export const approvalAnswer = z
  .object({
    id,
    campaignId: id,
    campaignName: z.string(),
    state: z.enum(['waiting', 'approved', 'refused']),
    audience: count,
    findings: z.array(finding),
    /** What the one who asked says. */
    note: z.string().nullable(),
    askedBy: z.string(),
    /** The asker looks at it: somebody else decides. */
    mine: z.boolean(),
    askedAt: instant,
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
    decision: z.string().nullable(),
  })
  .meta({ id: 'CampaignApproval' });
export type ApprovalView = z.output<typeof approvalAnswer>;
export const approvalList = z.object({ items: z.array(approvalAnswer) });

/** GET /api/campaigns/:id/guard */
export const guardAnswer = z
  .object({
    audience: count,
    reachable: count,
    base: count,
    share: z.number(),
    /** The rule of its segment; null for a list. */
    rule: z.object({ en: z.string(), ru: z.string() }).nullable(),
    segmentName: z.string(),
    /** The last run to this segment. */
    last: z.object({ campaignName: z.string(), audience: count, at: instant }).nullable(),
    growth: z.number().nullable(),
    /** Of those it would reach, how many another campaign has written to in the last day, or is about to. */
    overlap: z.object({
      count,
      share: z.number(),
      hours: count,
      campaigns: z.array(z.object({ id, name: z.string(), count })),
    }),
    /** What the incentives cost if everybody uses theirs. */
    cost: z
      .object({
        mostMinor: count.nullable(),
        currency: z.string(),
        budgetMinor: count.nullable(),
        /** By the average order of the last 90 days. */
        estimated: z.boolean(),
      })
      .nullable(),
    findings: z.array(finding),
    settings: guardSettings,
    /** Of what the campaign is now; a change asks for another. */
    approval: approvalAnswer.nullable(),
    mayLaunch: z.boolean(),
  })
  .meta({ id: 'SendGuard' });
export type GuardView = z.output<typeof guardAnswer>;

const note = z.string().max(1_000).trim();
/** POST /api/campaigns/:id/approval */
export const askInput = z.strictObject({ note: note.nullish() });
/** POST /api/campaigns/approvals/:id */
export const decideInput = z.strictObject({ approve: z.boolean(), note: note.nullish() });

/** GET /api/campaigns/calendar */
export const calendarQuery = z.object({ from: instant, to: instant });
export const calendarAnswer = z
  .object({
    timeZone: z.string(),
    items: z.array(
      z.object({
        campaignId: id,
        name: z.string(),
        kind: z.string(),
        channel: z.string(),
        state: z.string(),
        at: instant,
        /** ahead: it has not run yet. */
        ahead: z.boolean(),
        audience: count.nullable(),
      }),
    ),
    /** More than are told. */
    cut: z.boolean(),
  })
  .meta({ id: 'CampaignCalendar' });
export type CalendarView = z.output<typeof calendarAnswer>;
