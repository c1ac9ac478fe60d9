import { List } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import { Section } from '../../../ui/Section.tsx';

/** How people become members, and how tills find them. */
export function Joining({ program }: { program: ProgramView }) {
  const { t } = useTranslation('design');
  const { cardPrefix, claimDays } = program.settings;
  return (
    <Section title={t('joining.title')} hint={t('joining.hint')}>
      <List size="sm" spacing={4}>
        <List.Item>{t('joining.console')}</List.Item>
        <List.Item>{t('joining.till')}</List.Item>
        <List.Item>{t('joining.card', { prefix: cardPrefix })}</List.Item>
        <List.Item>{t('joining.lookup')}</List.Item>
        {claimDays > 0 && <List.Item>{t('joining.claims', { count: claimDays })}</List.Item>}
      </List>
    </Section>
  );
}
