import type { SessionView } from '@server/people/contract.ts';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export type { SessionView };

/** What the authenticator app needs; `backupCodes` work once each. */
export type SecondFactor = { totpURI: string; backupCodes: string[] };

/** One's own way in. */
export const account = {
  sessions: queryOptions({
    queryKey: ['sessions'],
    queryFn: async () => (await api.get<{ items: SessionView[] }>('/api/me/sessions')).items,
    // When they were last used is known to the minute.
    refetchInterval: 60_000,
  }),
  endSession: (id: string) => api.delete(`/api/me/sessions/${id}`),
  endOthers: () => api.post<void>('/api/me/sessions/end-others'),
  changePassword: (input: { currentPassword: string; newPassword: string }) =>
    api.post<unknown>('/api/auth/change-password', input),
  prepareSecondFactor: (password: string) =>
    api.post<SecondFactor>('/api/auth/two-factor/enable', { password }),
  confirmSecondFactor: (code: string) => api.post<unknown>('/api/auth/two-factor/verify-totp', { code }),
  removeSecondFactor: (password: string) => api.post<unknown>('/api/auth/two-factor/disable', { password }),
  newBackupCodes: (password: string) =>
    api.post<{ backupCodes: string[] }>('/api/auth/two-factor/generate-backup-codes', { password }),
};
