import type { SubmissionState } from '../../api/forms.ts';

export const STATE_COLORS: Record<SubmissionState, string> = {
  received: 'pine',
  pending: 'yellow',
  confirmed: 'pine',
  spam: 'red',
  rejected: 'gray',
};
