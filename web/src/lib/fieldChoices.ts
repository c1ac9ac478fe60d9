import { useTranslation } from 'react-i18next';
import type { Choice } from '../conditions/Operand.tsx';
import { useOwners } from './owners.ts';

/** Fields whose values are a known few: chosen from a list instead of typed. */
export function useChoicesOf(): (field: string) => Choice[] | undefined {
  const { t } = useTranslation('contacts');
  const owners = useOwners();
  return (field) => {
    if (field === 'ownerId') return owners.choices;
    if (field === 'kind')
      return (['person', 'organisation', 'visitor'] as const).map((value) => ({
        value,
        label: t(`kind.${value}`),
      }));
    return undefined;
  };
}
