import { Paper, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PromotionDefinition, PromotionInput } from '../../../api/promotions.ts';
import { useMe } from '../../../lib/me.ts';
import classes from './designer/designer.module.css';
import { usePromotionWords } from './words.ts';

/** What a promotion will do, in words. */
export function Sentence({ definition }: { definition: PromotionInput | PromotionDefinition | null }) {
  const { t } = useTranslation('promotions');
  const { settings } = useMe();
  const words = usePromotionWords(settings.baseCurrency);
  return (
    <Paper p="md" component="section" aria-labelledby="in-words" className={classes['sentence'] ?? ''}>
      <Title order={2} id="in-words" mb={4}>
        {t('inWords')}
      </Title>
      <Text size="sm" aria-live="polite" style={{ overflowWrap: 'anywhere' }}>
        {definition === null
          ? t('notYet')
          : words
              .clauses(definition)
              .map(({ text }) => text)
              .join(' ')}
      </Text>
    </Paper>
  );
}
