import { messageOf } from '../../core/errors.ts';
import { oneLine } from './contract.ts';
import type { CallMessage, Channel } from './contract.ts';

/** A call is a task for a manager. Asking for it twice makes one task, so that what a crash has left in doubt goes again. */
const BATCH = 200;
const LEASE_MS = 60_000;

export function openCalls(ask: (messages: readonly CallMessage[]) => Promise<void>): Channel {
  return {
    name: 'calls',
    batch: BATCH,
    slice: BATCH,
    leaseMs: LEASE_MS,
    messageMs: 10_000,
    send: async (messages) => {
      try {
        await ask(messages.filter((message) => message.channel === 'call'));
        return messages.map(() => ({ kind: 'accepted', delivered: true }));
      } catch (error) {
        const detail = oneLine(messageOf(error));
        return messages.map(() => ({ kind: 'retryable', reason: 'provider_later', detail }));
      }
    },
    lookup: async () => new Set(),
    close: async () => {},
  };
}
