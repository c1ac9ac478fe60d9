import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';

/** Messages on the pages of a site: banner, popup, or inside a slot of the page. */

const ONSITE_KINDS = ['banner', 'popup', 'inline'] as const;
export type OnsiteKind = (typeof ONSITE_KINDS)[number];

const trigger = z.discriminatedUnion('on', [
  z.object({ on: z.literal('load') }),
  /** Seconds on the page. */
  z.object({ on: z.literal('delay'), value: z.number().min(0).max(3_600) }),
  /** Percent of the page seen. */
  z.object({ on: z.literal('scroll'), value: z.number().min(1).max(100) }),
  /** The pointer leaves the page. */
  z.object({ on: z.literal('exit') }),
  /** Name of an event the page tells. */
  z.object({ on: z.literal('event'), value: requiredText(200) }),
]);
export type OnsiteTrigger = z.infer<typeof trigger>;

/** A web address or a path of the site: whatever else a link can start does not belong there. */
const link = text(2_000).regex(/^(https?:\/\/|\/(?!\/))/, 'a web address, or a path that begins with /');
const instant = z.iso.datetime().nullable();

const fields = z.object({
  kind: z.enum(ONSITE_KINDS),
  title: requiredText(200),
  body: text(2_000),
  linkText: requiredText(100).nullable(),
  linkUrl: link.nullable(),
  /** Of an inline message: the page's `data-otklik-slot`. */
  slot: z
    .string()
    .regex(/^[\w-]{1,100}$/, 'letters, digits, dashes')
    .nullable(),
  /** A path, `*` for any part of it: `/products/*`. */
  pagePattern: text(500).regex(/^[/*]/, 'begins with / or *'),
  trigger,
  /** The lowest goes first; one of each kind is shown at a time. */
  priority: z.number().int().min(0).max(1_000),
  /** Showings to one visitor at most. Whoever closes it does not see it again. */
  cap: z.number().int().min(1).max(1_000),
  enabled: z.boolean(),
  startsAt: instant,
  endsAt: instant,
  /** Null: on the pages of every source. */
  sourceId: z.uuid().nullable(),
  /** Who is in this segment when the page is looked at; null: every visitor. */
  segmentId: z.uuid().nullable(),
  /** Percent of visitors who are kept from seeing it, for comparison. */
  control: z.number().int().min(0).max(50),
});

export const onsiteCreate = fields.extend({
  body: fields.shape.body.default(''),
  linkText: fields.shape.linkText.default(null),
  linkUrl: fields.shape.linkUrl.default(null),
  slot: fields.shape.slot.default(null),
  pagePattern: fields.shape.pagePattern.default('*'),
  trigger: trigger.default({ on: 'load' }),
  priority: fields.shape.priority.default(100),
  cap: fields.shape.cap.default(3),
  enabled: z.boolean().default(true),
  startsAt: instant.default(null),
  endsAt: instant.default(null),
  sourceId: fields.shape.sourceId.default(null),
  segmentId: fields.shape.segmentId.default(null),
  control: fields.shape.control.default(0),
});
export type OnsiteFields = z.output<typeof fields>;
/** What is left out stays as it is. */
export const onsitePatch = fields.partial();
export type OnsitePatch = z.output<typeof onsitePatch>;

export const onsiteView = fields
  .extend({ id: z.uuid(), createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() })
  .meta({ id: 'OnsiteMessage' });
export type OnsiteView = z.infer<typeof onsiteView>;

/** Times it was shown, clicked and closed, and contacts who bought within a week after a click. */
const counts = z.object({
  shown: z.number().int(),
  clicked: z.number().int(),
  closed: z.number().int(),
  converted: z.number().int(),
});
/** Different contacts, and how many of them bought within a week after the first time. */
const arm = z.object({ contacts: z.number().int(), bought: z.number().int() });
/** Who saw it beside who was kept from it. */
const comparison = z.object({ shown: arm, held: arm });
export type OnsiteComparison = z.infer<typeof comparison>;
export type OnsiteCounts = z.infer<typeof counts>;
const onsiteListed = onsiteView
  .extend({ counts, comparison: comparison.nullable() })
  .meta({ id: 'OnsiteMessageListed' });
export type OnsiteListed = z.infer<typeof onsiteListed>;
export const onsiteList = z.object({ items: z.array(onsiteListed) });

/** What a page gets of a message. */
export const onsiteShown = fields
  .pick({
    kind: true,
    title: true,
    body: true,
    linkText: true,
    linkUrl: true,
    slot: true,
    trigger: true,
    cap: true,
    control: true,
  })
  .extend({ id: z.uuid() });
export type OnsiteShown = z.infer<typeof onsiteShown>;
export const onsiteAnswer = z.object({
  messages: z.array(onsiteShown),
  /** There is more for some visitors only: ask again with `anonymousId`. */
  personal: z.boolean(),
});

export const onsiteQuery = z.object({
  writeKey: text(200),
  path: text(2_000).default('/'),
  /** The visitor: the answer holds what is for its segments as well. */
  anonymousId: text(200).min(1).optional(),
});
