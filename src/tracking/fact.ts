import type { SourceKind } from './contract.ts';

/** The words of the pipeline: what was sent, by whom, and what became of it. */

export type EventType = 'track' | 'page' | 'screen' | 'identify' | 'group' | 'alias';

/** Whose word it is: of whoever has a public write key, or of a server with an API key. */
export type Trust = 'public' | 'server';

export type Sender = {
  sourceId: string;
  kind: SourceKind;
  trust: Trust;
  /** Its pages may send nothing of whoever has not agreed. */
  mustAgree?: boolean;
};

/** One event as a client meant it, checked and with its time corrected. */
export type NormalEvent = {
  /** Null when the sender gave none: then nothing can tell a repetition from the same thing done twice. */
  messageId: string | null;
  type: EventType;
  /** Event name of a track call, otherwise what the call shows ("Page Viewed"). */
  name: string;
  occurredAt: Date;
  anonymousId: string | null;
  userId: string | null;
  /** Of an alias call: the id the person had before. Nobody is merged by it. */
  previousId: string | null;
  /** Of an identify or group call: its traits. */
  properties: Record<string, unknown>;
  context: Record<string, unknown>;
};

/** An event with its sender; one micro-batch holds those of many senders. */
export type SentEvent = { event: NormalEvent; sender: Sender };

/** Where an event belongs: the present contact, the node it was said of, and how far the link is proven. */
export type Place = { contactId: string; originId: string; trust: Trust | 'verified' };

/** A stored event. `trust` is `verified` when a public sender proved the user id. */
export type Fact = SentEvent & Place & { id: string; bot: boolean };

/** Why a fact had no further effect (an order that cannot be one). The fact itself stands. */
export type Note = { fact: Fact; reason: string };
