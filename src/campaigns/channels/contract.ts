/** A rendered message on its way out. `id` names it for good: at the provider, in the outbox and in the ledger. */
export type OutMessage = {
  id: string;
  contactId: string;
  campaignId: string;
  /** 1 for the first hand-off. */
  attempt: number;
  from: string;
  to: string;
  /** Of its texts. */
  locale: string;
  couponCode: string | null;
  subject: string;
  html: string;
  text: string;
  /** Beside the usual ones: List-Unsubscribe and its like. One line each. */
  headers: Readonly<Record<string, string>>;
};

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
  | { kind: 'untried' };

export type Channel = {
  readonly name: 'outbox' | 'smtp' | 'sendgrid';
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
  readonly close: () => Promise<void>;
};

/** Hands messages over one by one, `atOnce` at a time. */
export async function sendEach(
  messages: readonly OutMessage[],
  atOnce: number,
  goOn: () => boolean,
  sendOne: (message: OutMessage) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = messages.map(() => ({ kind: 'untried' }));
  const queue = messages.entries();
  const lane = async (): Promise<void> => {
    for (const [i, message] of queue) {
      if (!goOn()) return;
      outcomes[i] = await sendOne(message);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, messages.length) }, lane));
  return outcomes;
}

/** A provider's words as one short line for the ledger. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 300).toWellFormed();
}

/** The id every bounce and reply to the message carries. */
export function messageIdOf(message: Pick<OutMessage, 'id' | 'contactId' | 'from'>): string {
  const domain = /@([A-Za-z0-9.-]+)>?\s*$/.exec(message.from)?.[1] ?? 'localhost';
  return `<${message.id}.${message.contactId}@${domain}>`;
}
