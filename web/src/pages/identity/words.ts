import { useTranslation } from 'react-i18next';
import type identity from '../../i18n/en/identity.ts';

type Known = keyof typeof identity.kinds;

/** A sort of evidence in words; one nobody has told us of keeps its name. */
export function useKindWords(): (kind: string) => string {
  const { t, i18n } = useTranslation('identity');
  return (kind) => {
    const known = kind.startsWith('apart:') ? 'apart' : kind;
    return i18n.exists(`kinds.${known}`, { ns: 'identity' }) ? t(`kinds.${known as Known}`) : kind;
  };
}
