import type { Config } from '../../core/config.ts';
import { createSigner, secretOf } from '../../core/sign.ts';
import type { Signer } from '../../core/sign.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { atPath } from '../channels/http.ts';
import type { ProviderEvent, ProviderKind } from './provider.ts';

/** Operators try for three days; after a month nobody tells anything. */
const CALLBACK_DAYS = 30;
const REF_BYTES = 33;

type Ref = { id: string; contactId: string; attempt: number };

const signers = new Map<string, Signer>();
function signerOf(config: Config): Signer {
  const secret = secretOf(config);
  const known = signers.get(secret) ?? createSigner(secret, 'campaigns/sms');
  signers.set(secret, known);
  return known;
}

/** Makes the address at which a provider tells what became of a message: signed, so that nobody else can. */
export function smsCallbacks(config: Config, now: Date): (message: Ref) => string {
  const signer = signerOf(config);
  const until = addMs(now, CALLBACK_DAYS * DAY_MS);
  return ({ id, contactId, attempt }) => {
    const bytes = Buffer.allocUnsafe(REF_BYTES);
    bytes.write(id.replaceAll('-', ''), 0, 'hex');
    bytes.write(contactId.replaceAll('-', ''), 16, 'hex');
    bytes.writeUInt8(attempt % 256, 32);
    return `${config.publicUrl}/v1/hooks/sms/${signer.sign(bytes, until)}`;
  };
}

/** The message a callback's token names; null: forged or too old. */
export function readSmsCallback(config: Config, token: string, now: Date): Ref | null {
  const opened = signerOf(config).verify(token, now);
  if (!opened.ok || opened.payload.length !== REF_BYTES) return null;
  const uuid = (from: number): string =>
    opened.payload
      .toString('hex', from, from + 16)
      .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { id: uuid(0), contactId: uuid(16), attempt: opened.payload.readUInt8(32) };
}

/** Words of many providers and of SMPP for the same few things. */
const WORDS: ReadonlyArray<[RegExp, ProviderKind]> = [
  [/^(undeliver|undeliv|failed|failure|rejected|rejectd|expired|deleted|error)/i, 'bounced'],
  [/^(delivered|delivrd|read|seen)/i, 'delivered'],
  [/^(sent|accepted|acceptd|submitted|queued|enroute|buffered|pending)/i, 'accepted'],
];

/** A delivery report as an event; a status nobody knows is kept and moves nothing. */
export function smsEvent(ref: Ref, told: { body: string; status: string; now: Date }): ProviderEvent {
  const { body, status, now } = told;
  const kind = WORDS.find(([words]) => words.test(status))?.[1] ?? null;
  return {
    provider: 'sms',
    providerEventId: `${ref.id} ${ref.attempt} ${status.slice(0, 60)}`,
    message: { messageId: ref.id, contactId: ref.contactId },
    attempt: ref.attempt,
    channel: 'sms',
    address: null,
    // A number that was switched off is not dead: the message has failed, the number stays good.
    kind: kind === 'bounced' ? 'dropped' : kind,
    occurredAt: now,
    reason: status.slice(0, 200),
    userAgent: null,
    url: null,
    raw: body.slice(0, 2_000),
  };
}

/** The status in a report: JSON at the path, else a form's field of that name. */
export function statusOf(body: string, path: string): string | null {
  const value = atPath(body, path) ?? new URLSearchParams(body).get(path);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

/** The first of these that a body tells, in whatever letters it writes their names. */
export function fieldOf(body: string, names: readonly string[]): string | null {
  for (const name of names)
    for (const path of [name, name.toUpperCase(), `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`]) {
      const value = statusOf(body, path);
      if (value !== null && value !== '') return value;
    }
  return null;
}
