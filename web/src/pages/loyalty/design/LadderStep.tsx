import { List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import type { LadderView } from '../../../api/standing.ts';
import { ladders } from '../../../api/standing.ts';
import { useMe } from '../../../lib/me.ts';
import { ButtonLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { useGifts } from '../tiers/gifts.ts';
import { useRuleWords } from '../tiers/useRuleWords.ts';
import { useFigure } from '../tiers/words.ts';

/** The program's ladder as it stands; it is designed on a page of its own. */
export function LadderStep({ program }: { program: ProgramView }) {
  const { t } = useTranslation('design');
  const { may } = useMe();
  const query = useQuery(ladders.ofProgram(program.id));
  return (
    <Section
      title={t('ladder.title')}
      hint={t('ladder.hint')}
      actions={
        may('loyalty:write') &&
        query.isSuccess && (
          <ButtonLink to="/loyalty/tiers/design" search={{ program: program.id }} size="xs" variant="default">
            {t(query.data === null ? 'ladder.create' : 'ladder.change')}
          </ButtonLink>
        )
      }
    >
      <Loaded query={query}>
        {(ladder) =>
          ladder === null ? (
            <Text size="sm" c="dimmed">
              {t('ladder.none')}
            </Text>
          ) : (
            <Ladder ladder={ladder} currency={program.currency} />
          )
        }
      </Loaded>
    </Section>
  );
}

function Ladder({ ladder, currency }: { ladder: LadderView; currency: string }) {
  const { t } = useTranslation('design');
  const words = useRuleWords();
  const figure = useFigure({ ladder, currency });
  const gifts = useGifts();
  return (
    <Stack gap="sm">
      <Text size="sm">{words(ladder)}</Text>
      <List size="sm" spacing={4}>
        {ladder.tiers.map((tier) => (
          <List.Item key={tier.id}>
            <Text span inherit fw={600}>
              {t('ladder.from', { name: tier.name, amount: figure(tier.threshold) })}
            </Text>
            {gifts(tier.benefits).length > 0 && `: ${gifts(tier.benefits).join(', ')}`}
          </List.Item>
        ))}
      </List>
    </Stack>
  );
}
