import type { ChannelName } from './contract.channel.ts';
import { createSigner } from '../core/sign.ts';
import { addMs, DAY_MS } from '../core/time.ts';

/**
 * Addresses in a mail. A token names a message (and, for a click, the number of a link of its campaign): never a person's
 * session and never an address to go to. The contact's id is in it because it decides where the message's row lies.
 */
export type MessageRef = { messageId: string; contactId: string };
export type ClickRef = MessageRef & { linkNo: number };

export type Opened<T> = { ok: true; ref: T } | { ok: false; why: 'forged' | 'expired' };

/** An open after a quarter says nothing any more. */
const OPEN_DAYS = 90;
/** People search old mail; after a year the shop's own pages have moved. */
const CLICK_DAYS = 400;
/** Whoever finds a mail in five years may still say no. */
const UNSUBSCRIBE_DAYS = 5 * 366;
/** It can say yes as well, so an old forwarded mail should not. */
const PREFERENCES_DAYS = 400;

export type Links = {
  open(ref: MessageRef, now: Date): string;
  click(ref: MessageRef, linkNo: number, now: Date): string;
  unsubscribe(ref: MessageRef, now: Date): string;
  preferences(ref: MessageRef, now: Date): string;
  readOpen(token: string, now: Date): Opened<MessageRef>;
  readClick(token: string, now: Date): Opened<ClickRef>;
  readUnsubscribe(token: string, now: Date): Opened<MessageRef>;
  readPreferences(token: string, now: Date): Opened<MessageRef>;
};

const made = new Map<string, Links>();

/** Links of the installation with this secret at this public address (without a slash at its end). */
export function linksFor(secret: string, publicUrl: string): Links {
  const key = `${publicUrl} ${secret}`;
  const known = made.get(key);
  if (known !== undefined) return known;
  const links = makeLinks(secret, publicUrl);
  made.set(key, links);
  return links;
}

function makeLinks(secret: string, publicUrl: string): Links {
  const opens = createSigner(secret, 'campaigns/open');
  const clicks = createSigner(secret, 'campaigns/click');
  const leaves = createSigner(secret, 'campaigns/unsubscribe');
  const preferences = createSigner(secret, 'campaigns/preferences');
  return {
    open: (ref, now) => `${publicUrl}/t/o/${opens.sign(pack(ref), addMs(now, OPEN_DAYS * DAY_MS))}.gif`,
    click: (ref, linkNo, now) =>
      `${publicUrl}/t/c/${clicks.sign(pack(ref, linkNo), addMs(now, CLICK_DAYS * DAY_MS))}`,
    unsubscribe: (ref, now) =>
      `${publicUrl}/u/${leaves.sign(pack(ref), addMs(now, UNSUBSCRIBE_DAYS * DAY_MS))}`,
    preferences: (ref, now) =>
      `${publicUrl}/p/${preferences.sign(pack(ref), addMs(now, PREFERENCES_DAYS * DAY_MS))}`,
    readOpen: (token, now) => read(opens.verify(token, now), unpackRef),
    readClick: (token, now) =>
      read(clicks.verify(token, now), (payload) => {
        const ref = unpackRef(payload.subarray(0, REF_BYTES));
        return ref === undefined || payload.length !== REF_BYTES + 2
          ? undefined
          : { ...ref, linkNo: payload.readUInt16BE(REF_BYTES) };
      }),
    readUnsubscribe: (token, now) => read(leaves.verify(token, now), unpackRef),
    readPreferences: (token, now) => read(preferences.verify(token, now), unpackRef),
  };
}

const ID_BYTES = 16;
const REF_BYTES = 2 * ID_BYTES;

export function packRef(ref: MessageRef): Buffer {
  return pack(ref);
}

function pack(ref: MessageRef, linkNo?: number): Buffer {
  const bytes = Buffer.allocUnsafe(REF_BYTES + (linkNo === undefined ? 0 : 2));
  bytes.write(ref.messageId.replaceAll('-', ''), 0, 'hex');
  bytes.write(ref.contactId.replaceAll('-', ''), ID_BYTES, 'hex');
  if (linkNo !== undefined) bytes.writeUInt16BE(linkNo, REF_BYTES);
  return bytes;
}

export function unpackRef(payload: Buffer): MessageRef | undefined {
  if (payload.length !== REF_BYTES) return undefined;
  return { messageId: uuidOf(payload, 0), contactId: uuidOf(payload, ID_BYTES) };
}

function uuidOf(bytes: Buffer, from: number): string {
  const hex = bytes.toString('hex', from, from + ID_BYTES);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function read<T>(
  verified: { ok: true; payload: Buffer } | { ok: false; why: 'forged' | 'expired' },
  unpackRef: (payload: Buffer) => T | undefined,
): Opened<T> {
  if (!verified.ok) return verified;
  const ref = unpackRef(verified.payload);
  return ref === undefined ? { ok: false, why: 'forged' } : { ok: true, ref };
}

/** The address with utm tags; what the marketer has put there stays. */
export function withUtm(url: string, campaignName: string, channel: ChannelName = 'email'): string {
  const tagged = new URL(url);
  const tags = { utm_source: 'otklik', utm_medium: channel, utm_campaign: slug(campaignName) };
  for (const [name, value] of Object.entries(tags))
    if (!tagged.searchParams.has(name)) tagged.searchParams.set(name, value);
  return tagged.toString();
}

function slug(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
}

/** Addresses of a catalogue come from outside: only web addresses may get into a message. */
export function webOnly(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  return /^https?:$/.test(new URL(url).protocol) ? url : null;
}
