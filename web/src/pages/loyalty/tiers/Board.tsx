import { Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TierBoard } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { shareText } from '../../../lib/format.ts';
import { Figure } from '../../../ui/format.tsx';
import { Section } from '../../../ui/Section.tsx';
import { useGifts } from './gifts.ts';
import type { Tiers } from './words.ts';
import { useFigure, useTierName, useWindow } from './words.ts';

const HUNDRED = 100;

/** How many stand on each tier, the highest first. */
export function Board({ tiers, board }: { tiers: Tiers; board: TierBoard }) {
  const { t } = useTranslation('loyalty');
  const figure = useFigure(tiers);
  const nameOf = useTierName(tiers);
  const windowOf = useWindow();
  const gifts = useGifts();
  const { ladder } = tiers;
  const all = board.tiers.reduce((sum, { members }) => sum + members, 0);
  const shareOf = (members: number): number => (all === 0 ? 0 : members / all);
  return (
    <Section
      title={t('tiers.sizes')}
      hint={`${t(`tiers.measure.${ladder.measure}`)} ${windowOf(ladder.window)}`}
    >
      <Stack gap="md" role="list">
        {board.tiers.toReversed().map(({ tierId, members }) => {
          const tier = ladder.tiers.find(({ id }) => id === tierId);
          const threshold = tier?.threshold;
          const given = tier === undefined ? [] : gifts(tier.benefits);
          return (
            <div key={tierId ?? 'none'} role="listitem">
              <Group justify="space-between" gap="xs" mb={4} align="baseline">
                <Group gap="xs" align="baseline">
                  <Text fw={tierId === null ? 400 : 550} style={{ overflowWrap: 'anywhere' }}>
                    {nameOf(tierId)}
                  </Text>
                  {threshold !== undefined && (
                    <Text size="sm" c="dimmed">
                      {t('tiers.from', { amount: figure(threshold) })}
                    </Text>
                  )}
                </Group>
                <Group gap="xs" align="baseline">
                  <Text fw={650}>
                    <Figure value={members} />
                  </Text>
                  <Text size="sm" c="dimmed">
                    {t('tiers.share', { share: shareText(shareOf(members), locale()) })}
                  </Text>
                </Group>
              </Group>
              <Progress
                value={shareOf(members) * HUNDRED}
                color={tierId === null ? 'gray' : 'pine'}
                size="md"
                aria-label={nameOf(tierId)}
              />
              {given.length > 0 && (
                <Text size="sm" c="dimmed" mt={4}>
                  {given.join(' · ')}
                </Text>
              )}
            </div>
          );
        })}
      </Stack>
    </Section>
  );
}
