import { isbot } from 'isbot';
import { SECOND_MS } from '../core/time.ts';

/**
 * Whether an open or a click was a human's. Mail gateways follow every link on arrival and privacy proxies load every
 * picture; counted as people they would make every figure after them wrong. The reason is kept with the response.
 */
export type Visit = {
  method: string;
  userAgent: string;
  /** Values of Purpose, Sec-Purpose, X-Purpose and X-Moz, as one text. */
  purpose: string;
};

export type Classified = { human: boolean; reason: string | null };

/** Nobody reads a mail within two seconds of its hand-off. */
const TOO_FAST_MS = 2 * SECOND_MS;
/** So many different links within so short a time are a scanner's. */
export const BURST_LINKS = 3;
export const BURST_MS = 2 * SECOND_MS;

/** Gmail and Yahoo fetch pictures through their proxies when the reader opens the mail: a human did it. */
const READER_PROXY = /GoogleImageProxy|YahooMailProxy/;
/** Apple's mail privacy fetches all pictures, read or not, with this and nothing more. */
const PRIVACY_PROXY = /^Mozilla\/5\.0$/;

const machine = (reason: string): Classified => ({ human: false, reason });

export function classify(visit: Visit, handedAt: Date | null, now: Date): Classified {
  if (visit.method === 'HEAD') return machine('head_request');
  if (/prefetch|preview|prerender/i.test(visit.purpose)) return machine('prefetch');
  const agent = visit.userAgent.trim();
  if (agent === '') return machine('no_user_agent');
  if (PRIVACY_PROXY.test(agent)) return machine('privacy_proxy');
  if (!READER_PROXY.test(agent) && isbot(agent)) return machine('bot');
  if (handedAt !== null && now.getTime() - handedAt.getTime() < TOO_FAST_MS) return machine('too_fast');
  return { human: true, reason: null };
}
