import type { SubmissionState } from '../../api/forms.ts';

const STATES: readonly SubmissionState[] = ['received', 'pending', 'confirmed', 'spam', 'rejected'];

/** What the address bar holds of a form's page: which answers are shown. */
export function formSearch(search: Record<string, unknown>): { state?: SubmissionState } {
  const state = STATES.find((one) => one === search['state']);
  return state === undefined ? {} : { state };
}

export const SUBMISSION_STATES = STATES;
