import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import type { Config } from './config.ts';
import { secretOf } from './sign.ts';

/** AES-256-GCM with a random nonce for each text. */
const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A secret of its own for one purpose, from the installation's: knowing one tells nothing about another. */
export function deriveSecret(config: Config, purpose: string): string {
  return keyOf(config, purpose).toString('base64url');
}

/** A hash that only this installation can make: guessing what a leaked one stands for needs its secret. */
export function keyedHash(config: Config, purpose: string, text: string): string {
  return createHmac('sha256', keyOf(config, purpose)).update(text).digest('hex');
}

/** Encrypts a text for the database, so that a dump without the installation's secret does not show it. */
export function seal(config: Config, purpose: string, text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, keyOf(config, purpose), nonce);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** The text back; null when it was sealed with another secret or for another purpose, or was changed. */
export function unseal(config: Config, purpose: string, sealed: string): string | null {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
  const decipher = createDecipheriv(ALGORITHM, keyOf(config, purpose), bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([
      decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
      decipher.final(),
    ]).toString('utf8');
  } catch {
    return null;
  }
}

function keyOf(config: Config, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretOf(config), 'otklik', purpose, KEY_BYTES));
}
