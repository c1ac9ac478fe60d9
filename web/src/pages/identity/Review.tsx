import { Badge, Button, Group, Paper, SimpleGrid, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { Decision, ReviewView } from '../../api/identity.ts';
import { identity } from '../../api/identity.ts';
import { contactName } from '../../lib/contactName.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { DateTime } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { useKindWords } from './words.ts';

/** Two contacts side by side, what speaks for one person and what against, and the two ways to decide. */
export function Review({ review }: { review: ReviewView }) {
  const { t } = useTranslation('identity');
  const { may } = useMe();
  const kindWord = useKindWords();
  const [asking, ask] = useDisclosure(false);
  const decide = useWrite({
    run: (decision: Decision) => identity.decide(review.id, decision),
    touches: ['reviews', 'contacts', 'identity'],
    done: (_answer, decision) => t(decision === 'merge' ? 'merged' : 'apart'),
    onDone: ask.close,
  });
  const names = [review.a, review.b].map((side) => contactName(side) ?? t('nameless'));
  return (
    <Paper p="md" component="article" aria-label={names.join(' · ')}>
      <Stack gap="md">
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed">
            {t(`reasons.${review.reason as 'other_value'}`, { defaultValue: review.reason })} ·{' '}
            <DateTime at={review.createdAt} mode="relative" />
          </Text>
        </Group>
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md">
          <Side side={review.a} against={review.speaksAgainst.map(({ kind, a }) => [kind, a])} />
          <Side side={review.b} against={review.speaksAgainst.map(({ kind, b }) => [kind, b])} />
        </SimpleGrid>
        {review.speaksFor.length > 0 && (
          <div>
            <Text size="sm" fw={550}>
              {t('for')}
            </Text>
            {review.speaksFor.map(({ kind, value, proven }) => (
              <Text size="sm" key={`${kind} ${value}`} style={{ overflowWrap: 'anywhere' }}>
                {kindWord(kind)}: {value} {proven && <Badge color="pine">{t('proven')}</Badge>}
              </Text>
            ))}
          </div>
        )}
        {may('contacts:write') && (
          <Group justify="flex-end" gap="xs">
            <Button
              variant="default"
              loading={decide.isPending}
              onClick={() => decide.mutate('keep-apart')}
              aria-label={`${t('keepApart')}: ${names.join(', ')}`}
            >
              {t('keepApart')}
            </Button>
            <Button onClick={ask.open} aria-label={`${t('merge')}: ${names.join(', ')}`}>
              {t('merge')}
            </Button>
          </Group>
        )}
      </Stack>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('mergeTitle')}
        text={t('mergeText')}
        yes={t('merge')}
        busy={decide.isPending}
        onYes={() => decide.mutate('merge')}
      />
    </Paper>
  );
}

function Side({ side, against }: { side: ReviewView['a']; against: [string, string[]][] }) {
  const { t } = useTranslation('identity');
  const kindWord = useKindWords();
  return (
    <div>
      <AnchorLink to="/contacts/$id" params={{ id: side.id }} fw={600}>
        {contactName(side) ?? t('nameless')}
      </AnchorLink>
      <Text size="sm">{[side.email, side.phone].filter(Boolean).join(' · ')}</Text>
      <Text size="sm" c="dimmed">
        {t('since')} <DateTime at={side.createdAt} mode="date" />
      </Text>
      {against.map(([kind, values]) => (
        <Text size="sm" c="red" key={kind} style={{ overflowWrap: 'anywhere' }}>
          {kindWord(kind)}: {values.join(', ')}
        </Text>
      ))}
    </div>
  );
}
