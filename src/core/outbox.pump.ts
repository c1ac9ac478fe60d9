import { messageOf } from './errors.ts';
import type { Logger } from './logger.ts';

type Pump = {
  /** Asks for a run as soon as the present one ends. */
  wake(): void;
  /** Begins no further run; resolves when the present one has ended. */
  close(): Promise<void>;
};

/** Runs `once` when woken, and every `pollMs` anyway; never twice at a time. Errors are logged and met by the next run. */
export function startPump(once: () => Promise<void>, log: Logger, pollMs: number): Pump {
  const state = { closed: false, rest: new AbortController() };
  const run = async (): Promise<void> => {
    while (!state.closed) {
      state.rest = new AbortController();
      try {
        await once();
      } catch (error) {
        log.warn({ reason: messageOf(error) }, 'outbox relay failed; trying again');
      }
      await sleep(pollMs, state.rest.signal);
    }
  };
  const running = run();
  return {
    wake: () => state.rest.abort(),
    close: () => {
      state.closed = true;
      state.rest.abort();
      return running;
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
