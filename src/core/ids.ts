import { hash, randomBytes, randomUUIDv7 } from 'node:crypto';

/** A time-ordered UUID (v7) made in the app, so that no table depends on a global sequence. */
export function newId(): string {
  return randomUUIDv7();
}

/** URL-safe random token with `bytes` bytes of entropy; 24 bytes is beyond guessing. */
export function newToken(bytes = 24): string {
  return randomBytes(bytes).toString('base64url');
}

/** SHA-256 in hex: how tokens and keys are stored, so that a leaked table opens nothing. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/**
 * A UUID derived from a text: the same text always gives the same id. Version 8 (custom) per RFC 9562.
 * For rows that must be idempotent by an outside key.
 */
export function idFrom(text: string): string {
  const hex = sha256(text).slice(0, 32).split('');
  hex[12] = '8';
  hex[16] = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  const h = hex.join('');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}
