import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';

const KEY = /^[\w-]{1,200}={0,2}$/;

/** What a browser says after `pushManager.subscribe`, with whose browser it is. */
export const pushSubscribe = z.object({
  writeKey: requiredText(200),
  anonymousId: requiredText(200),
  subscription: z.object({
    endpoint: text(2_000).regex(/^https:\/\//, 'a web address of a push service'),
    expirationTime: z.number().nullish(),
    keys: z.object({ p256dh: z.string().regex(KEY), auth: z.string().regex(KEY) }),
  }),
});
export type PushSubscribe = z.output<typeof pushSubscribe>;

export const pushKey = z.object({ publicKey: z.string() });
export const pushKeyQuery = z.object({ writeKey: text(200) });
