import { z } from 'zod';
import { channelName, CHANNELS } from '../contract.channel.ts';

const purposes = ['informational', 'activation'] as const;
const purpose = z.enum(purposes);

/** A time on the wall, "21:00". */
const wallTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 21:00');

/** A year of memory is more than anybody remembers. */
const MAX_DAYS = 365;
const MAX_CAPS = 20;

const cap = z.strictObject({
  /** null: all channels together. */
  channel: channelName.nullable().default(null),
  /** null: all purposes together. */
  purpose: purpose.nullable().default(null),
  most: z.number().int().min(1).max(1_000),
  /** Any stretch of so many times 24 hours. */
  days: z.number().int().min(1).max(MAX_DAYS),
});
export type Cap = z.output<typeof cap>;

const quietHours = z
  .strictObject({
    from: wallTime,
    /** The first minute that is not quiet any more; before `from` means: of the next day. */
    to: wallTime,
    purposes: z.array(purpose).max(purposes.length),
    channels: z.array(channelName).max(CHANNELS.length),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], error: 'the same time as the beginning' });
export type QuietHours = z.output<typeof quietHours>;

/** Setting `campaigns.permission`. What somebody has just asked for (transactional) is exempt from all of it. */
export const permissionSettings = z
  .strictObject({
    /** A letter wakes nobody, a ringing phone does. */
    quietHours: quietHours.prefault({
      from: '21:00',
      to: '09:00',
      purposes: ['informational', 'activation'],
      channels: ['sms', 'telegram', 'push', 'call'],
    }),
    caps: z
      .array(cap)
      .max(MAX_CAPS)
      .default([{ channel: null, purpose: 'activation', most: 5, days: 7 }]),
    /**
     * A message whose offer has no end and that would have to wait longer than this after its first moment is not sent at all, unless
     * the cap that keeps it needs longer to have room again.
     */
    longestWaitDays: z.number().int().min(1).max(MAX_DAYS).default(14),
  })
  .meta({ id: 'PermissionSettings' });
export type PermissionSettings = z.output<typeof permissionSettings>;

/** GET /api/campaigns/permission/effect: how many people the settings in force keep from messages now. null: too many to count. */
export const permissionEffect = z
  .object({
    /** Where nothing is known of a contact's own clock, this one counts. */
    timeZone: z.string(),
    /** With messages that were put off and wait, by reason. */
    waiting: z.array(z.object({ reason: z.string(), people: z.number().int() })).nullable(),
    /** Of each cap, who has had as many as it allows; messages that failed since count as well. */
    caps: z.array(cap.extend({ people: z.number().int().nullable() })),
  })
  .meta({ id: 'PermissionEffect' });
export type PermissionEffect = z.output<typeof permissionEffect>;
