import { useQuery } from '@tanstack/react-query';
import { people } from '../api/people.ts';
import { useMe } from './me.ts';

/** Names of the people contacts and tasks belong to, and the choice of those who still work here. */
export function useOwners() {
  const { may } = useMe();
  const { data = [] } = useQuery({ ...people.all, enabled: may('people:read') });
  const names = new Map(data.map(({ id, name }) => [id, name]));
  return {
    nameOf: (id: string | null): string | undefined => (id === null ? undefined : names.get(id)),
    choices: data.filter(({ active }) => active).map(({ id, name }) => ({ value: id, label: name })),
  };
}
