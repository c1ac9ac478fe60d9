import { timingSafeEqual } from 'node:crypto';
import { newToken, sha256 } from '../core/ids.ts';

/** otk_ + 8 characters to find the row by + 32 that only the holder knows (192 random bits, so a plain hash suffices). */
const SHAPE = /^otk_[\w-]{40}$/;
const PREFIX_CHARS = 12;
const FIND_BYTES = 6;
const SECRET_BYTES = 24;

export type NewKey = { key: string; prefix: string; hash: string };

export function makeKey(): NewKey {
  const key = `otk_${newToken(FIND_BYTES)}${newToken(SECRET_BYTES)}`;
  return { key, prefix: prefixOf(key), hash: sha256(key) };
}

export function looksLikeKey(text: string): boolean {
  return SHAPE.test(text);
}

export function prefixOf(key: string): string {
  return key.slice(0, PREFIX_CHARS);
}

/** Compares in constant time, so that an answer's delay tells nothing about the stored hash. */
export function sameHash(key: string, hash: string): boolean {
  const given = Buffer.from(sha256(key), 'hex');
  const stored = Buffer.from(hash, 'hex');
  return given.length === stored.length && timingSafeEqual(given, stored);
}

/** The key of an Authorization header: `Bearer otk_…`, or Basic with the key as the user. Null: no API key in it. */
export function keyFromHeader(header: string | undefined): string | null {
  const [scheme, value] = header?.split(' ', 2) ?? [];
  if (value === undefined) return null;
  if (scheme?.toLowerCase() === 'bearer') return value.startsWith('otk_') ? value : null;
  if (scheme?.toLowerCase() !== 'basic') return null;
  const user = Buffer.from(value, 'base64').toString('utf8').split(':', 1)[0] ?? '';
  return user.startsWith('otk_') ? user : null;
}
