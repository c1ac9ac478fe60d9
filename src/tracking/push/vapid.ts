import { createECDH } from 'node:crypto';
import type { Config } from '../../core/config.ts';
import { deriveSecret } from '../../core/crypto.ts';

/**
 * The installation's key for web push (VAPID, RFC 8292): P-256, made from its secret, so that every server has the same one and
 * nothing is stored. Uncompressed point as base64url, as `PushManager.subscribe` takes it.
 */
export function vapidKeys(config: Config): { publicKey: string; privateKey: string } {
  const privateKey = deriveSecret(config, 'web push');
  const pair = createECDH('prime256v1');
  pair.setPrivateKey(Buffer.from(privateKey, 'base64url'));
  return { publicKey: pair.getPublicKey().toString('base64url'), privateKey };
}

export const vapidPublicKey = (config: Config): string => vapidKeys(config).publicKey;
