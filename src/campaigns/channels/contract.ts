import type { ChannelName } from '../contract.channel.ts';

type Base = {
  /** Names it for good: at the provider, in the outbox and in the ledger. */
  id: string;
  contactId: string;
  campaignId: string;
  /** 1 for the first hand-off. */
  attempt: number;
  /** An address as the channel has them: email, E.164 number, chat, endpoint, the contact's id for a webhook. */
  to: string;
  /** Of its texts. */
  locale: string;
  couponCode: string | null;
};

export type MailMessage = Base & {
  channel: 'email';
  from: string;
  subject: string;
  html: string;
  text: string;
  /** Beside the usual ones: List-Unsubscribe and its like. One line each. */
  headers: Readonly<Record<string, string>>;
};
export type SmsMessage = Base & { channel: 'sms'; text: string };
export type TelegramMessage = Base & {
  channel: 'telegram';
  text: string;
  button: { text: string; url: string } | null;
};
export type PushMessage = Base & { channel: 'push'; title: string; text: string; url: string };
export type WebhookMessage = Base & { channel: 'webhook'; body: Readonly<Record<string, unknown>> };
export type CallMessage = Base & { channel: 'call'; title: string; text: string };

/** A rendered message on its way out, in the form of its channel. */
export type OutMessage =
  | MailMessage
  | SmsMessage
  | TelegramMessage
  | PushMessage
  | WebhookMessage
  | CallMessage;

/** A channel's messages. */
export type MessageOf<C extends ChannelName> = Extract<OutMessage, { channel: C }>;

/**
 * What became of a hand-off.
 * accepted: the provider has it (`delivered`: and that is delivery itself).
 * retryable: it has not, and may take it later; `pause` when only a person can change that (wrong password, full disk).
 * final: it never will.
 * unknown: it may or may not have it; only `lookup` or the provider's own word can tell.
 * untried: not handed off, because the batch had to stop.
 */
export type Outcome =
  | { kind: 'accepted'; delivered: boolean }
  | { kind: 'retryable'; reason: string; detail: string; pause?: boolean; afterMs?: number }
  | { kind: 'final'; reason: string; detail: string }
  | { kind: 'unknown'; reason: string; detail: string }
  | { kind: 'untried'; reason?: string };

/** A claimed message as its pace is asked for. */
export type LateEntry = { id: string; address: string | null; asked: boolean };

export type Channel = {
  /** As the ledger names the provider. */
  readonly name: string;
  /** Messages of one claim. */
  readonly batch: number;
  /** Messages rendered and handed over at a time; where `lookup` is absent, as many of a batch as a crash can leave unknown. */
  readonly slice: number;
  /** A claimed message not settled by then belongs to the sweeper. Longer than `batch` messages take. */
  readonly leaseMs: number;
  /** The longest that handing over one message can take; nothing is begun later than this before the lease ends. */
  readonly messageMs: number;
  /** One outcome per message, in order; never throws. `goOn` is asked before each message. */
  readonly send: (messages: readonly OutMessage[], goOn: () => boolean) => Promise<Outcome[]>;
  /** Which of these it has got; absent where the provider cannot say exactly. */
  readonly lookup?: (messages: ReadonlyArray<{ id: string; attempt: number }>) => Promise<Set<string>>;
  /** Which of a claimed batch must wait, and until when: their recipients' providers have had enough for now. */
  readonly late?: (entries: readonly LateEntry[]) => Promise<ReadonlyMap<string, Date>>;
  /** Why nothing more of this batch is to be handed over; undefined while it may go on. */
  readonly stopped?: () => string | undefined;
  readonly close: () => Promise<void>;
};

/** Who takes the messages of each channel. */
export type Channels = Readonly<Record<ChannelName, Channel>>;

export const everyChannel = (channel: Channel): Channels => ({
  email: channel,
  sms: channel,
  telegram: channel,
  push: channel,
  webhook: channel,
  call: channel,
});

/** Providers that can say what they have got. */
export const lookupsOf = (channels: Channels): string[] => [
  ...new Set(Object.values(channels).flatMap(({ name, lookup }) => (lookup === undefined ? [] : [name]))),
];

const WRONG_CHANNEL: Outcome = { kind: 'final', reason: 'message_refused', detail: 'not for this channel' };

function isOf<C extends ChannelName>(message: OutMessage, channel: C): message is MessageOf<C> {
  return message.channel === channel;
}

/** Hands messages of one channel over one by one, `atOnce` at a time. */
export async function sendEach<C extends ChannelName>(
  messages: readonly OutMessage[],
  how: { channel: C; atOnce: number },
  goOn: () => boolean,
  sendOne: (message: MessageOf<C>) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = messages.map(() => ({ kind: 'untried' }));
  const queue = messages.entries();
  const lane = async (): Promise<void> => {
    for (const [i, message] of queue) {
      if (!goOn()) return;
      outcomes[i] = isOf(message, how.channel) ? await sendOne(message) : WRONG_CHANNEL;
    }
  };
  await Promise.all(Array.from({ length: Math.min(how.atOnce, messages.length) }, lane));
  return outcomes;
}

/** A provider's words as one short line for the ledger. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 300).toWellFormed();
}

/** The id every bounce and reply to the message carries. */
export function messageIdOf(message: Pick<MailMessage, 'id' | 'contactId' | 'from'>): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(message.from)?.[1] ?? 'localhost';
  return `<${message.id}.${message.contactId}@${domain}>`;
}
