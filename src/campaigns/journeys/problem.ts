import type { JourneyProblem } from './contract.ts';

export const error = (
  node: string | null,
  field: string | null,
  code: string,
  message: string,
): JourneyProblem => ({ severity: 'error', node, field, code, message });

export const warning = (
  node: string | null,
  field: string | null,
  code: string,
  message: string,
): JourneyProblem => ({ severity: 'warning', node, field, code, message });
