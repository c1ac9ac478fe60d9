import type { Me } from '@server/people/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
import { ApiError } from './problem.ts';

/** Whether this browser has signed in: the cookie itself is out of reach of scripts. */
const SIGNED_IN = 'otklik.signedIn';
export const forgetSignIn = (): void => localStorage.removeItem(SIGNED_IN);

/** Who is signed in. A browser that never was asks politely first: a 401 would stand in its console as an error. */
async function me(): Promise<Me> {
  if (localStorage.getItem(SIGNED_IN) === null && (await api.get('/api/auth/get-session')) === null)
    throw new ApiError({ status: 401, code: 'unauthenticated', detail: 'Sign in.' });
  const found = await api.get<Me>('/api/me');
  localStorage.setItem(SIGNED_IN, 'yes');
  return found;
}

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: me,
  staleTime: 5 * 60_000,
  retry: (failures, error) => failures < 1 && !(error instanceof ApiError && error.status === 401),
});

/** better-auth's answers; `twoFactorRedirect` asks for the second step. */
type SignedIn = { twoFactorRedirect?: boolean };

export const auth = {
  signIn: (input: { email: string; password: string; rememberMe: boolean }) =>
    api.post<SignedIn>('/api/auth/sign-in/email', input),
  verifyCode: (code: string) => api.post<SignedIn>('/api/auth/two-factor/verify-totp', { code }),
  /** Each works once, when the phone is not at hand. */
  verifyBackupCode: (code: string) => api.post<SignedIn>('/api/auth/two-factor/verify-backup-code', { code }),
  signOut: () => api.post<unknown>('/api/auth/sign-out', {}),
};
