import { notifications } from '@mantine/notifications';
import { t } from 'i18next';
import { ApiError } from '../api/problem.ts';
import { problemText } from '../i18n/problems.ts';

export function notifyDone(message: string): void {
  notifications.show({ message, color: 'pine', autoClose: 4_000 });
}

/** What the server refused and the code one can quote; stays until read. */
export function notifyProblem(error: unknown): void {
  const problem = error instanceof ApiError ? error : undefined;
  notifications.show({
    color: 'red',
    title: problem === undefined ? t('error.unexpected') : problemText(problem),
    message: problem === undefined ? '' : t('error.code', { code: problem.code }),
    autoClose: 12_000,
    role: 'alert',
  });
}
