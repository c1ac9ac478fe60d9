import { z } from 'zod';
import { requiredText } from '../../core/text.ts';

/** Who is one contact, why, and what a person decides about it. */

const reason = requiredText(500);

export const mergeInput = z.object({
  /** The contact that is joined into the one of the path. */
  from: z.uuid(),
  reason,
});
export type MergeInput = z.infer<typeof mergeInput>;

/** Either the evidence to take back, or the node to make a contact of its own. */
export const unmergeInput = z.union([
  z.strictObject({ edgeId: z.uuid(), reason }),
  z.strictObject({ node: z.uuid(), reason }),
]);
export type UnmergeInput = z.infer<typeof unmergeInput>;

export const unmerged = z.object({
  contactId: z.uuid(),
  /** Contacts that stand on their own now. */
  separated: z.array(z.uuid()),
});
export type Unmerged = z.infer<typeof unmerged>;

const edgeView = z.object({
  edgeId: z.uuid(),
  node: z.uuid(),
  kind: z.string(),
  value: z.string(),
  strength: z.enum(['weak', 'strong']),
  source: z.string(),
  occurredAt: z.iso.datetime(),
  /** An un-merge may name it: it counts as proof (nothing said of a shared node does) and is not a decision to keep apart. */
  separable: z.boolean(),
  removed: z.object({ at: z.iso.datetime(), by: z.string(), reason: z.string() }).nullable(),
});

export const identityView = z.object({
  contactId: z.uuid(),
  nodes: z.array(
    z.object({
      node: z.uuid(),
      /** The contact goes by this node's id. */
      present: z.boolean(),
      known: z.boolean(),
      /** More people were proven to be behind it than one: what was said of it joins nobody. */
      shared: z.boolean(),
      since: z.iso.datetime(),
      ids: z.array(z.object({ kind: z.string(), value: z.string() })),
      /** Emails and phones that were said of this node itself, wherever they show now. */
      points: z.array(z.object({ kind: z.string(), value: z.string() })),
    }),
  ),
  edges: z.array(edgeView),
  merges: z.array(
    z.object({
      kind: z.enum(['merge', 'unmerge']),
      from: z.uuid(),
      to: z.uuid(),
      reason: z.string(),
      by: z.string(),
      at: z.iso.datetime(),
    }),
  ),
});
export type IdentityView = z.infer<typeof identityView>;

const side = z.object({
  id: z.uuid(),
  name: z.string(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  createdAt: z.iso.datetime(),
});

export const reviewView = z.object({
  id: z.uuid(),
  /** other_value: both have an id of one kind, and not the same; too_many: the contact would grow beyond bounds; shared: several have the address; unproven: both have an address nobody proved. */
  reason: z.string(),
  createdAt: z.iso.datetime(),
  a: side,
  b: side,
  /** What both are named by: proven of both, or only known of both. */
  speaksFor: z.array(z.object({ kind: z.string(), value: z.string(), proven: z.boolean() })),
  /** Ids of one kind that are not the same. */
  speaksAgainst: z.array(z.object({ kind: z.string(), a: z.array(z.string()), b: z.array(z.string()) })),
});
export type ReviewView = z.infer<typeof reviewView>;

export const reviewsPage = z.object({ items: z.array(reviewView), nextCursor: z.string().nullable() });

export const reviewDecision = z.object({
  decision: z.enum(['merge', 'keep-apart']),
  reason: reason.optional(),
});
export type ReviewDecision = z.infer<typeof reviewDecision>;
