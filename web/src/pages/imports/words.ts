import { useTranslation } from 'react-i18next';
import type { ImportView } from '../../api/imports.ts';

export const STATE_COLORS: Record<ImportView['state'], string> = {
  queued: 'gray',
  running: 'sky',
  done: 'pine',
  failed: 'red',
  cancelled: 'gray',
};

const KNOWN = ['contacts', 'orders', 'order-lines', 'prices'] as const;

/** A kind the console has no word for keeps its own name. */
export function useKindName() {
  const { t } = useTranslation('imports');
  return (kind: string): string => {
    const known = KNOWN.find((name) => name === kind);
    return known === undefined ? kind : t(`kinds.${known}`);
  };
}
