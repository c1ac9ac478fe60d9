import { consentProblem, contextIn, withoutVisitor } from './consent.ts';
import type { IngestAnswer } from './contract.ts';
import type { EventType, NormalEvent, Note, Sender, SentEvent } from './fact.ts';
import { normalise } from './normalise.ts';
import type { Rejected } from './normalise.ts';
import { warningsOf } from './warnings.ts';
import type { Warning } from './warnings.ts';

/** The events of one request between its body and its answer. Pure. */

export type Submission = {
  sender: Sender;
  events: readonly SentEvent[];
  rejected: readonly Rejected[];
  /** What was wrong about events that are stored all the same; a part of a request that is tried again has none. */
  warnings?: ReadonlyArray<Warning & { messageId: string | null }>;
};

/** Who sends thousands of wrong prices learns it from the first. */
const MAX_WARNINGS = 100;

/** What the commit made of a submission. */
export type Outcome = {
  accepted: number;
  notes: readonly Note[];
  /** Events that looked right and that the database would not take. */
  unstored: readonly Rejected[];
};

export function submissionOf(sender: Sender, raws: readonly unknown[], receivedAt: Date): Submission {
  const events: SentEvent[] = [];
  const rejected: Rejected[] = [];
  const warnings: Array<Warning & { messageId: string | null }> = [];
  for (const raw of raws) {
    const verdict = normalise(raw, receivedAt);
    if (!verdict.ok) {
      // What is wrong with it is told all the same; its text would name who has not agreed.
      const silent = consentProblem({ context: contextIn(raw) }, sender) !== null;
      rejected.push(silent ? { ...verdict, raw: '{}', nameless: true } : verdict);
      continue;
    }
    const { event } = verdict;
    const reason = consentProblem(event, sender);
    if (reason === null) {
      events.push({ event, sender });
      if (warnings.length < MAX_WARNINGS)
        for (const warning of warningsOf(event)) warnings.push({ messageId: event.messageId, ...warning });
    } else {
      const { messageId } = event;
      rejected.push({ ok: false, messageId, reason, raw: withoutVisitor(event), nameless: true });
    }
  }
  return { sender, events, rejected, warnings };
}

export function answerOf(submission: Submission, { accepted, notes, unstored }: Outcome): IngestAnswer {
  const rejected = [...submission.rejected, ...unstored];
  const answer: IngestAnswer = {
    accepted,
    duplicate: submission.events.length - accepted - unstored.length,
    rejected: rejected.map(({ messageId, reason }) => ({ messageId, reason })),
  };
  if (notes.length > 0)
    answer.notes = notes.map(({ fact, reason }) => ({ messageId: fact.event.messageId, reason }));
  if ((submission.warnings ?? []).length > 0) answer.warnings = [...(submission.warnings ?? [])];
  return answer;
}

/**
 * The event as a client would send it again: judged anew it is the same event. With `factId` it is known which fact it has become:
 * what follows from it must not follow twice.
 */
export function rawOf(event: NormalEvent, factId?: string): string {
  const { name, occurredAt, properties, previousId: _told, ...rest } = event;
  return JSON.stringify({ ...rest, timestamp: occurredAt, ...saidBy(event.type, name, properties), factId });
}

/** The fields in which each call says what it says. */
function saidBy(
  type: EventType,
  name: string,
  properties: NormalEvent['properties'],
): Record<string, unknown> {
  if (type === 'identify') return { traits: properties };
  if (type === 'group') {
    const { groupId, ...traits } = properties;
    return { groupId, traits };
  }
  if (type === 'alias') {
    const { previousId, ...more } = properties;
    return { previousId, properties: more };
  }
  return type === 'track' ? { event: name, properties } : { properties };
}
