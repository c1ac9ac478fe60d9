import { createHmac, createSecretKey, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Config } from './config.ts';
import { DAY_MS } from './time.ts';

/**
 * Signed link tokens: base64url of [version, expiry in days since 1970 (uint16), payload, tag]. The key is derived from
 * the installation's secret by purpose, so that a token of one purpose never opens another. Whatever names something in a
 * token can be read by its holder: it is signed, not hidden.
 */
const VERSION = 1;
const HEAD_BYTES = 3;
/** 96 bits: beyond guessing over a network, and 16 characters shorter than the whole. */
const TAG_BYTES = 12;
/** Longer than any token made here; a longer text is refused before it costs anything. */
const MAX_TOKEN_CHARS = 512;

export type Verified =
  | { ok: true; payload: Buffer }
  /** `forged`: not made here for this purpose, or cut. `expired`: made here, too old. */
  | { ok: false; why: 'forged' | 'expired' };

export type Signer = {
  /** The token of `payload`; valid to the end of the UTC day of `expiresAt`. */
  sign(payload: Uint8Array, expiresAt: Date): string;
  verify(token: string, now: Date): Verified;
};

/** The signer of one purpose, such as "campaigns/click". Make it once and keep it: deriving the key is the costly part. */
export function createSigner(secret: string, purpose: string): Signer {
  const key = deriveKey(secret, purpose);
  return {
    sign: (payload, expiresAt) => {
      const token = Buffer.allocUnsafe(HEAD_BYTES + payload.length + TAG_BYTES);
      token.writeUInt8(VERSION, 0);
      token.writeUInt16BE(Math.floor(expiresAt.getTime() / DAY_MS), 1);
      token.set(payload, HEAD_BYTES);
      tagOf(key, token.subarray(0, -TAG_BYTES)).copy(token, token.length - TAG_BYTES, 0, TAG_BYTES);
      return token.toString('base64url');
    },
    verify: (text, now) => {
      if (text.length > MAX_TOKEN_CHARS) return { ok: false, why: 'forged' };
      const token = Buffer.from(text, 'base64url');
      if (
        token.length < HEAD_BYTES + TAG_BYTES ||
        token[0] !== VERSION ||
        token.toString('base64url') !== text
      )
        return { ok: false, why: 'forged' };
      const tag = tagOf(key, token.subarray(0, -TAG_BYTES)).subarray(0, TAG_BYTES);
      if (!timingSafeEqual(tag, token.subarray(-TAG_BYTES))) return { ok: false, why: 'forged' };
      if (Math.floor(now.getTime() / DAY_MS) > token.readUInt16BE(1)) return { ok: false, why: 'expired' };
      return { ok: true, payload: token.subarray(HEAD_BYTES, -TAG_BYTES) };
    },
  };
}

/** The installation's secret; the composition root has put it there before any verb runs. */
export function secretOf(config: Config): string {
  if (config.secret === undefined) throw new Error('the installation has no secret yet');
  return config.secret;
}

function deriveKey(secret: string, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, 'otklik', purpose, 32)));
}

function tagOf(key: KeyObject, text: Uint8Array): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
