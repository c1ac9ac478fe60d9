import { z } from 'zod';
import { requiredText, text } from '../../core/text.ts';

const KEY = /^[\w-]{1,200}={0,2}$/;

/** Far more than any push service needs, and fits into the key of an index. */
const MAX_ENDPOINT = 1_000;

/**
 * The address as URL writes it (ASCII), or null: we shall post to it, so it must be a public service's. Names that lead into
 * somebody's own network are refused; where a public name leads is looked at when something is sent.
 */
function endpointOf(given: string): string | null {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || url.protocol !== 'https:' || url.port !== '') return null;
  if (url.username !== '' || url.password !== '' || url.href.length > MAX_ENDPOINT) return null;
  const host = url.hostname.replace(/\.$/, '');
  // URL writes every form of an IPv4 address as four numbers, and IPv6 in brackets: neither ends like a name of the public DNS.
  return /^[a-z0-9.-]+\.([a-z]{2,}|xn--[a-z0-9-]+)$/.test(host) && !OWN_NETWORK.test(host) ? url.href : null;
}

const OWN_NETWORK =
  /\.(localhost|local|localdomain|internal|intranet|lan|home|corp|private|test|invalid|home\.arpa)$/;

/** What a browser says after `pushManager.subscribe`, with whose browser it is. */
export const pushSubscribe = z.object({
  writeKey: requiredText(200),
  anonymousId: requiredText(200),
  subscription: z.object({
    endpoint: text(2_000).transform((given, issues) => {
      const endpoint = endpointOf(given);
      if (endpoint !== null) return endpoint;
      issues.addIssue({ code: 'custom', message: 'a web address of a push service' });
      return z.NEVER;
    }),
    expirationTime: z.number().nullish(),
    keys: z.object({ p256dh: z.string().regex(KEY), auth: z.string().regex(KEY) }),
  }),
});
export type PushSubscribe = z.output<typeof pushSubscribe>;

export const pushKey = z.object({ publicKey: z.string() });
export const pushKeyQuery = z.object({ writeKey: text(200) });
