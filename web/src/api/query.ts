import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './problem.ts';

const STALE_MS = 15_000;
const MAX_RETRIES = 2;

/** A refusal is final; only a server in trouble or a lost connection is worth another try. */
const worthRetrying = (error: Error): boolean =>
  !(error instanceof ApiError) || error.status === 0 || error.status >= 500;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: STALE_MS,
      retry: (failures, error) => failures < MAX_RETRIES && worthRetrying(error),
      refetchOnWindowFocus: false,
    },
  },
});
