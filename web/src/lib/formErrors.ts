import { fieldErrors } from '../api/problem.ts';

type Form = {
  values: Record<string, unknown>;
  setErrors: (errors: Record<string, string>) => void;
};

/**
 * Puts the server's field errors at the fields. True when every one of them found its field, so nothing else needs
 * to be said.
 */
export function showFieldErrors(form: Form, error: unknown): boolean {
  const found = fieldErrors(error);
  const names = Object.keys(found);
  form.setErrors(found);
  return names.length > 0 && names.every((name) => (name.split('.')[0] ?? '') in form.values);
}
