import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OnsiteListed } from '../../api/onsite.ts';

/** Who saw the message beside who was kept from it: how many of each bought. */
export function Compared({ comparison }: { comparison: NonNullable<OnsiteListed['comparison']> }) {
  const { t, i18n } = useTranslation('onsite');
  const { shown, held } = comparison;
  if (shown.contacts === 0 || held.contacts === 0) return <Text size="sm">{t('compared.notYet')}</Text>;
  const percent = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 1 });
  return (
    <Text size="sm">
      {t('compared.bought', {
        shown: percent.format(shown.bought / shown.contacts),
        shownOf: shown.contacts.toLocaleString(i18n.language),
        held: percent.format(held.bought / held.contacts),
        heldOf: held.contacts.toLocaleString(i18n.language),
      })}
    </Text>
  );
}
