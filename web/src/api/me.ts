import type { Me } from '@server/people/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
import { ApiError } from './problem.ts';

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: () => api.get<Me>('/api/me'),
  staleTime: 5 * 60_000,
  retry: (failures, error) => failures < 1 && !(error instanceof ApiError && error.status === 401),
});

/** better-auth's answers; `twoFactorRedirect` asks for the second step. */
type SignedIn = { twoFactorRedirect?: boolean };

export const auth = {
  signIn: (input: { email: string; password: string; rememberMe: boolean }) =>
    api.post<SignedIn>('/api/auth/sign-in/email', input),
  verifyCode: (code: string) => api.post<SignedIn>('/api/auth/two-factor/verify-totp', { code }),
  signOut: () => api.post<unknown>('/api/auth/sign-out', {}),
};
