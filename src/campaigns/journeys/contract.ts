import { z } from 'zod';
import { text } from '../../core/text.ts';
import { journeyDefinition } from './contract.definition.ts';

/** The definition itself: contract.definition.ts. */

const id = z.uuid();
const instant = z.iso.datetime();
const count = z.number().int();
const name = text(200).trim().min(1);

const JOURNEY_STATES = ['draft', 'running', 'paused', 'stopped'] as const;
const journeyState = z.enum(JOURNEY_STATES);
export type JourneyState = z.output<typeof journeyState>;

const PERSON_STATES = ['moving', 'waiting', 'left'] as const;
const personState = z.enum(PERSON_STATES);
export type PersonState = z.output<typeof personState>;

/** POST /api/journeys. Without a definition: an entry by API alone. */
export const journeyInput = z
  .object({ name, definition: journeyDefinition.optional() })
  .meta({ id: 'JourneyInput' });
export type JourneyInput = z.output<typeof journeyInput>;

/** PATCH /api/journeys/:id changes the draft; people go by what was published. `revision`: the one that was read; another is a 409. */
export const journeyPatch = z
  .object({
    name: name.optional(),
    definition: journeyDefinition.optional(),
    revision: z.number().int().min(1).optional(),
  })
  .meta({ id: 'JourneyPatch' });
export type JourneyPatch = z.output<typeof journeyPatch>;

const listed = {
  id,
  name: z.string(),
  state: journeyState,
  /** The version people come into; null until the first is published. */
  version: count.nullable(),
  /** Grows with every change of the draft. */
  revision: count,
  /** The draft differs from what was published last. */
  changed: z.boolean(),
  createdAt: instant,
  updatedAt: instant,
  publishedAt: instant.nullable(),
  stoppedAt: instant.nullable(),
};

export const journeyAnswer = z.object({ ...listed, definition: journeyDefinition }).meta({ id: 'Journey' });
export type JourneyView = z.output<typeof journeyAnswer>;

export const journeyList = z.object({
  /** `goals`: of those who left, who reached a goal. */
  items: z.array(z.object({ ...listed, inside: count, left: count, goals: count })),
  nextCursor: z.string().nullable(),
});
export type JourneyPage = z.output<typeof journeyList>;

/** What keeps a draft from being published (`error`), or what may surprise (`warning`). */
const problem = z.object({
  severity: z.enum(['error', 'warning']),
  /** The node's id, "entry", or null when it is of the whole. */
  node: z.string().nullable(),
  /** Of the node, such as "templateId" or "arms.0.when.rule"; an exit stands as "exit.<name>". */
  field: z.string().nullable(),
  code: z.string(),
  message: z.string(),
});
export type JourneyProblem = z.output<typeof problem>;

/** POST /api/journeys/:id/check: the stored draft, or the definition given. */
export const checkInput = z.object({ definition: journeyDefinition.optional() });
export const checkAnswer = z
  .object({ ok: z.boolean(), problems: z.array(problem) })
  .meta({ id: 'JourneyCheck' });
export type CheckView = z.output<typeof checkAnswer>;

export const versionList = z.object({
  items: z.array(
    z.object({
      version: count,
      publishedAt: instant,
      publishedBy: z.string().nullable(),
      /** People on their way by this version. */
      inside: count,
      definition: journeyDefinition,
    }),
  ),
});
export type VersionList = z.output<typeof versionList>;

/** Without a version: the one people come into. */
export const countsQuery = z.object({ version: z.coerce.number().int().min(1).optional() });

const nodeCounts = z.object({
  entered: count,
  here: count,
  exits: z.record(z.string(), count),
  /** Of a message: by state of the send ledger. */
  messages: z.record(z.string(), count).optional(),
});
export const countsAnswer = z
  .object({
    version: count,
    entered: count,
    inside: count,
    /** Why people left: "exit", "goal", "stopped", "merged", "too_many_visits". */
    left: z.array(z.object({ reason: z.string(), count })),
    /** By id of the node. */
    nodes: z.record(z.string(), nodeCounts),
  })
  .meta({ id: 'JourneyCounts' });
export type CountsView = z.output<typeof countsAnswer>;

export const peopleQuery = z.object({
  version: z.coerce.number().int().min(1).optional(),
  node: z.string().max(40).optional(),
  /** inside: moving or waiting. */
  state: z.enum([...PERSON_STATES, 'inside']).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});
export type PeopleQuery = z.output<typeof peopleQuery>;

const place = {
  entryId: id,
  version: count,
  state: personState,
  /** Where they are, or were last. */
  node: z.string(),
  enteredAt: instant,
  /** Since when they are at this node. */
  since: instant,
  /** Until when they wait there at most; null when nothing is waited for. */
  until: instant.nullable(),
  /** "event:Name", "order", "response", "message", "time"; null when they move. */
  waitingFor: z.string().nullable(),
  leftAt: instant.nullable(),
  /** Why they left. */
  reason: z.string().nullable(),
};

const person = z.object({ contactId: id, contactName: z.string(), ...place });
export const peopleList = z.object({ items: z.array(person), nextCursor: z.string().nullable() });
export type PeoplePage = z.output<typeof peopleList>;

const step = z.object({
  node: z.string(),
  nodeType: z.string(),
  nodeName: z.string(),
  /** How many times the person was there by then. */
  visit: count,
  arrivedAt: instant,
  leftAt: instant.nullable(),
  exit: z.string().nullable(),
  /** Why this exit: "time_passed", "happened", "timeout", "rule_holds", "no_rule_holds", "percent", "sent", … */
  reason: z.string().nullable(),
  /** What it rests on, such as the event's id, the share or the message. */
  detail: z.record(z.string(), z.unknown()).nullable(),
});

/** GET /api/contacts/:id/journeys: newest first, with the path taken. */
export const contactJourneysAnswer = z
  .object({
    items: z.array(
      z.object({
        journeyId: id,
        journeyName: z.string(),
        ...place,
        /** What brought the person in: "segment", "event", "order", "api", "audience". */
        enteredBy: z.string(),
        path: z.array(step),
      }),
    ),
  })
  .meta({ id: 'ContactJourneys' });
export type ContactJourneys = z.output<typeof contactJourneysAnswer>;

/** People one call brings in. */
const MAX_ENTER = 500;
/** POST /api/journeys/:id/enter. `key`: what makes a repeat the same for each person. */
export const enterInput = z
  .object({ contactIds: z.array(id).min(1).max(MAX_ENTER), key: text(200).min(1).optional() })
  .meta({ id: 'JourneyEnter' });
export type EnterInput = z.output<typeof enterInput>;

export const enterAnswer = z
  .object({
    entered: count,
    /** contact_not_found | inside | entered_before | too_soon | not_in_segment | repeated */
    refused: z.array(z.object({ contactId: id, reason: z.string() })),
  })
  .meta({ id: 'JourneyEntered' });
export type EnterView = z.output<typeof enterAnswer>;
