import { useTranslation } from 'react-i18next';
import type identity from '../../i18n/en/identity.ts';

type Known = keyof typeof identity.kinds;

/** Ids of other systems carry the system's name. */
const EXT = 'ext:';

/** A sort of evidence in words; one nobody has told us of keeps its name. */
export function useKindWords(): (kind: string) => string {
  const { t, i18n } = useTranslation('identity');
  return (kind) => {
    if (kind.startsWith(EXT)) return t('elsewhere', { system: kind.slice(EXT.length) });
    // Who has an address that somebody proved is known by that address.
    const known = kind.startsWith('apart:') ? 'apart' : kind.replace(/^has:/, '');
    return i18n.exists(`kinds.${known}`, { ns: 'identity' }) ? t(`kinds.${known as Known}`) : kind;
  };
}
