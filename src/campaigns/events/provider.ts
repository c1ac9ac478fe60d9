import type { ChannelName } from '../contract.channel.ts';

/**
 * What a provider tells of a message it was handed, in words no provider uses: each channel's own reader makes these, and everything
 * after is the same for all. Pure.
 */
export const PROVIDER_KINDS = [
  'accepted',
  'deferred',
  'blocked',
  'delivered',
  'opened',
  'clicked',
  'unsubscribed',
  'spam',
  'dropped',
  'bounced',
] as const;
export type ProviderKind = (typeof PROVIDER_KINDS)[number];

export type ProviderEvent = {
  provider: string;
  /** The provider's own id of the event: the same id is the same event. */
  providerEventId: string;
  /** Our message; null when the event does not carry our id. */
  message: { messageId: string; contactId: string } | null;
  /** Which hand-off it speaks of; null: not told. */
  attempt: number | null;
  channel: ChannelName;
  address: string | null;
  /** Null: a kind nobody here knows. Kept for looking it up. */
  kind: ProviderKind | null;
  occurredAt: Date;
  /** The provider's words, cut. */
  reason: string | null;
  userAgent: string | null;
  /** Of a click. */
  url: string | null;
  /** The event as it came. */
  raw: string;
};

/** What the events of one message together say of it. */
export type Word = {
  kind: ProviderKind;
  attempt: number | null;
  reason: string | null;
  /** When it reached its reader, by the first sign of it. */
  deliveredAt: Date | null;
};

/**
 * How far an event settles the matter. The furthest counts whenever it comes: a mail that bounces after its delivery has not
 * arrived, and a delay that is told late changes nothing.
 */
const RANK: Readonly<Record<ProviderKind, number>> = {
  accepted: 0,
  deferred: 1,
  blocked: 2,
  delivered: 3,
  opened: 3,
  clicked: 3,
  unsubscribed: 3,
  spam: 3,
  dropped: 4,
  bounced: 5,
};
const ARRIVED = RANK.delivered;

export type Told = {
  id: string;
  kind: ProviderKind;
  attempt: number | null;
  occurredAt: Date;
  reason: string | null;
};

/** Folds all events of one message, in whatever order they stand and however often; null for none. */
export function wordOf(events: readonly Told[]): Word | null {
  const [top] = events.toSorted(
    (a, b) =>
      RANK[b.kind] - RANK[a.kind] ||
      (b.attempt ?? 0) - (a.attempt ?? 0) ||
      a.occurredAt.getTime() - b.occurredAt.getTime() ||
      (a.id < b.id ? -1 : 1),
  );
  if (top === undefined) return null;
  const arrived = events
    .filter(({ kind }) => RANK[kind] === ARRIVED)
    .map((event) => event.occurredAt.getTime());
  const gone = RANK[top.kind] > ARRIVED || arrived.length === 0;
  return {
    kind: top.kind,
    attempt: top.attempt,
    reason: top.reason,
    deliveredAt: gone ? null : new Date(Math.min(...arrived)),
  };
}

export type MessageState = {
  state: string;
  attempt: number;
  reason: string | null;
  detail: string | null;
  deliveredAt: Date | null;
};
/** What is to become of the message; null: it stays as it is. */
export type Change =
  | { to: 'sent'; deliveredAt: Date | null }
  | { to: 'failed'; reason: string; detail: string | null }
  | { to: 'again'; detail: string | null };

/** States in which the message may be with the provider. */
const UNDERWAY = new Set(['sending', 'sent', 'unknown']);

export function changeOf(message: MessageState, word: Word): Change | null {
  const { kind, reason: detail } = word;
  if (message.state === 'skipped') return null;
  if (kind === 'bounced' || kind === 'dropped')
    return message.state === 'failed' && message.reason === kind && message.detail === detail
      ? null
      : { to: 'failed', reason: kind, detail };
  if (RANK[kind] === ARRIVED) {
    const known = message.deliveredAt?.getTime() === word.deliveredAt?.getTime();
    return message.state === 'sent' && known ? null : { to: 'sent', deliveredAt: word.deliveredAt };
  }
  // What went wrong with an earlier hand-off says nothing of this one.
  const mine = word.attempt === null || word.attempt === message.attempt;
  if (kind === 'blocked') return mine && UNDERWAY.has(message.state) ? { to: 'again', detail } : null;
  return mine && message.state === 'unknown' ? { to: 'sent', deliveredAt: null } : null;
}
