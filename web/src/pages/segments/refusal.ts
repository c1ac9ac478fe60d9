import { ApiError } from '../../api/problem.ts';

/** Whether the form itself says what is wrong: at the condition it is about, or under the name that is taken. */
export const shownInForm = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 422 || error.at === 'name');
