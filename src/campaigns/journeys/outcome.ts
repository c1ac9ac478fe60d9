import { addMs, HOUR_MS } from '../../core/time.ts';
import type { Answer } from './advance.ts';
import type { NodeOf } from './contract.definition.ts';
import type { MessageFact } from './store.facts.ts';

/** What is read from the fate of a message. */

const ON_ITS_WAY = ['planned', 'retry', 'sending', 'unknown'];

/** Of a message that is waited for; `unknown` may still be resolved, and is waited out. */
export function outcomeOf(found: MessageFact | undefined): Answer {
  if (found !== undefined && ON_ITS_WAY.includes(found.state)) return 'wait';
  // Who has no row had been merged away or erased when it was planned.
  if (found === undefined) return { exit: 'failed', reason: 'not_planned' };
  const detail = { messageId: found.id, reason: found.reason };
  return found.state === 'sent'
    ? { exit: 'sent', reason: 'sent', detail }
    : { exit: 'failed', reason: found.state, detail };
}

type Did = Extract<NodeOf<'branch'>['arms'][number]['when'], { type: 'message' }>;

/** Whether a message has come to what a branch asks; within the hours after it was handed off, when there are such. */
export function messageHolds({ did, withinHours }: Did, found: MessageFact | undefined): boolean {
  if (found === undefined) return false;
  if (did === 'failed') return ['failed', 'skipped', 'cancelled'].includes(found.state);
  const at = did === 'sent' ? (found.state === 'sent' ? found.handedAt : null) : found[did];
  if (at === null) return false;
  if (withinHours === undefined || found.handedAt === null) return true;
  return at <= addMs(found.handedAt, withinHours * HOUR_MS);
}
