import type { IngestAnswer } from './contract.ts';
import type { NormalEvent, Note, Sender, SentEvent } from './fact.ts';
import { normalise } from './normalise.ts';
import type { Rejected } from './normalise.ts';

/** The events of one request between its body and its answer. Pure. */

export type Submission = {
  sender: Sender;
  events: readonly SentEvent[];
  rejected: readonly Rejected[];
};

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
  for (const raw of raws) {
    const verdict = normalise(raw, receivedAt);
    if (verdict.ok) events.push({ event: verdict.event, sender });
    else rejected.push(verdict);
  }
  return { sender, events, rejected };
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
  return answer;
}

/** The event as a client would send it again. */
export function rawOf(event: NormalEvent): string {
  const { name, occurredAt, properties, ...rest } = event;
  return JSON.stringify({ ...rest, event: name, timestamp: occurredAt, properties });
}
