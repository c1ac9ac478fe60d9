import { createECDH } from 'node:crypto';
import type { Config } from '../../core/config.ts';
import { deriveSecret } from '../../core/crypto.ts';

/**
 * The installation's key for web push (VAPID, RFC 8292): P-256, made from its secret, so that every server has the same one and
 * nothing is stored. Uncompressed point as base64url, as `PushManager.subscribe` takes it.
 */
export function vapidPublicKey(config: Config): string {
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(Buffer.from(deriveSecret(config, 'web push'), 'base64url'));
  return pair.getPublicKey().toString('base64url');
}
