import { useMe } from '../../lib/me.ts';

/** Forms are the marketer's as well as the site developer's. */
export function useMayWriteForms(): boolean {
  const { may } = useMe();
  return may('tracking:write') || may('campaigns:write');
}
