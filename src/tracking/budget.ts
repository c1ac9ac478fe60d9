import { DomainError } from '../core/errors.ts';

/** How much unsettled input the program holds in memory at a time. Pure. */

export type Budget = {
  /** Room for so many bytes; throws 429 `too_busy` when there is none. */
  take(bytes: number): void;
  give(bytes: number): void;
  used(): number;
};

/** Clients that got a 429 come back after this; a full budget drains within a second or two. */
const RETRY_AFTER_S = 2;

export function byteBudget(maxBytes: number): Budget {
  let used = 0;
  return {
    take: (bytes) => {
      if (used + bytes > maxBytes) {
        throw new DomainError({
          code: 'too_busy',
          status: 429,
          detail: 'More events come in than can be stored right now. Send these again a little later.',
          retryAfterS: RETRY_AFTER_S,
        });
      }
      used += bytes;
    },
    give: (bytes) => {
      used -= bytes;
    },
    used: () => used,
  };
}
