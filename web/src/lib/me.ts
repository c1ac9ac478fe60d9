import type { Right } from '@server/core/rights.ts';
import { useSuspenseQuery } from '@tanstack/react-query';
import { meQuery } from '../api/me.ts';

/** The signed-in person; the shell has loaded it before any page shows. */
export function useMe() {
  const { data } = useSuspenseQuery(meQuery);
  const { user, rights, settings } = data;
  if (user === null) throw new Error('the console needs a person, not an API key');
  return { user, rights, settings, may: (right: Right) => rights.includes(right) };
}
