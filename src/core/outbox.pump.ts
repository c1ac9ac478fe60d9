import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';
import { settledWithin } from './settle.ts';

/** A run takes milliseconds; longer means that a server is gone, and nothing is lost by not waiting for it. */
const CLOSE_TIMEOUT_MS = 5_000;

type Pump = {
  /** Asks for a run as soon as the present one ends. */
  wake(): void;
  /** The same, when the last run found the queue full. */
  roomMade(): void;
  close(): Promise<void>;
};

/** Runs `once` when woken, and every `pollMs` anyway; never twice at a time. Errors are logged and met by the next run. */
export function startPump(
  once: () => Promise<'idle' | 'busy'>,
  log: Logger,
  timing: { pollMs: number; busyPollMs: number },
): Pump {
  const state = { closed: false, busy: false, rest: new AbortController() };
  const run = async (): Promise<void> => {
    while (!state.closed) {
      state.busy = false;
      state.rest = new AbortController();
      try {
        state.busy = (await once()) === 'busy';
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'outbox relay failed; trying again');
      }
      await sleep(state.busy ? timing.busyPollMs : timing.pollMs, state.rest.signal);
    }
  };
  const running = run();
  const wake = (): void => {
    state.rest.abort();
  };
  return {
    wake,
    roomMade: () => {
      if (state.busy) wake();
    },
    close: async () => {
      state.closed = true;
      wake();
      await settledWithin(running, CLOSE_TIMEOUT_MS);
    },
  };
}

/** Resolves after `ms`, or at once when the signal is (or gets) aborted. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
