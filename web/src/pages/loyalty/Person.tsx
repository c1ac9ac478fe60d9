import { useTranslation } from 'react-i18next';
import { AnchorLink } from '../../ui/links.tsx';

/** A contact by name, leading to the card. */
export function Person({ id, name }: { id: string; name: string | null }) {
  const { t } = useTranslation('contacts');
  return (
    <AnchorLink to="/contacts/$id" params={{ id }} c="inherit" fw={550}>
      {name === null || name === '' ? t('unnamed') : name}
    </AnchorLink>
  );
}
