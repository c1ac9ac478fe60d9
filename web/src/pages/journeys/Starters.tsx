import { SimpleGrid, Text, ThemeIcon, UnstyledButton } from '@mantine/core';
import {
  IconConfetti,
  IconMessageStar,
  IconPencilPlus,
  IconRefresh,
  IconShoppingCart,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { journeys } from '../../api/journeys.ts';
import { useWrite } from '../../ui/mutation.ts';
import classes from './journeys.module.css';
import type { Starter } from './model/starters.ts';
import { startOf, STARTERS } from './model/starters.ts';

const ICONS: Record<Starter, typeof IconRefresh> = {
  welcome: IconConfetti,
  cart: IconShoppingCart,
  winback: IconRefresh,
  review: IconMessageStar,
  blank: IconPencilPlus,
};

/** What a journey can begin with; a press makes the draft and opens it. */
export function Starters() {
  const { t } = useTranslation('journeys');
  const navigate = useNavigate();
  const make = useWrite({
    run: (starter: Starter) =>
      journeys.create({
        name: starter === 'blank' ? t('create') : t(`starters.${starter}.title`),
        definition: startOf(starter, t),
      }),
    touches: ['journeys'],
    onDone: ({ id }) => void navigate({ to: '/journeys/$id', params: { id } }),
  });
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
      {STARTERS.map((starter) => {
        const Icon = ICONS[starter];
        return (
          <UnstyledButton
            key={starter}
            className={classes['starter'] ?? ''}
            disabled={make.isPending}
            onClick={() => make.mutate(starter)}
          >
            <ThemeIcon variant="light" size={38}>
              <Icon size={21} stroke={1.6} aria-hidden="true" />
            </ThemeIcon>
            <span>
              <Text fw={600} size="sm">
                {t(`starters.${starter}.title`)}
              </Text>
              <Text size="xs" c="dimmed">
                {t(`starters.${starter}.text`)}
              </Text>
            </span>
          </UnstyledButton>
        );
      })}
    </SimpleGrid>
  );
}
