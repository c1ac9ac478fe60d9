import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { PromotionState as State } from '../../../api/promotions.ts';

const COLORS: Readonly<Record<State, string>> = {
  draft: 'gray',
  scheduled: 'sky',
  live: 'pine',
  paused: 'gold',
  ended: 'gray',
  archived: 'gray',
};

export function PromotionState({ state }: { state: State }) {
  const { t } = useTranslation('promotions');
  return <Badge color={COLORS[state]}>{t(`state.${state}`)}</Badge>;
}
