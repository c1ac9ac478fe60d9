import { Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { TierStanding } from '../../../api/standing.ts';
import { standing as standings } from '../../../api/standing.ts';
import { language, locale } from '../../../i18n/index.ts';
import { decimalText } from '../../../lib/format.ts';
import { DateTime, Money } from '../../../ui/format.tsx';

/** The tier with what it gives, and in words what is missing to reach the next one or to keep it. */
export function Tier({ standing }: { standing: TierStanding }) {
  const { t } = useTranslation('wallet');
  const { tier } = standing;
  return (
    <div>
      <Group gap="xs">
        <Text size="sm" c="dimmed">
          {t('tier')}
        </Text>
        {tier === null ? <Text size="sm">{t('noTier')}</Text> : <Badge color="pine">{tier.name}</Badge>}
        {standing.granted && (
          <Text size="xs" c="dimmed">
            {t('granted')}
          </Text>
        )}
      </Group>
      {tier !== null && <Benefits tier={tier} />}
      {standing.words.map((words) => (
        <Text key={words.en} size="sm" mt={4}>
          {words[language()]}
        </Text>
      ))}
    </div>
  );
}

function Benefits({ tier }: { tier: NonNullable<TierStanding['tier']> }) {
  const { t } = useTranslation('wallet');
  const { multiplier, discountPercent, freeShipping } = tier.benefits;
  const given = [
    Number(multiplier) === 1 ? undefined : t('multiplier', { factor: decimalText(multiplier, locale()) }),
    discountPercent === null ? undefined : t('discount', { percent: decimalText(discountPercent, locale()) }),
    freeShipping ? t('freeShipping') : undefined,
  ].filter((one) => one !== undefined);
  if (given.length === 0) return null;
  return (
    <Text size="sm" c="dimmed" mt={2}>
      {given.join(' · ')}
    </Text>
  );
}

/** Discounts that grow with what somebody has bought; nothing while there are none. */
export function Accumulated({ contactId }: { contactId: string }) {
  const { t } = useTranslation('wallet');
  const { data } = useQuery(standings.ofContact(contactId));
  if (data === undefined || data.accumulated.length === 0) return null;
  return (
    <Stack gap="xs">
      {data.accumulated.map((one) => (
        <div key={one.discountId}>
          <Group justify="space-between" gap="xs">
            <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
              {one.name}
            </Text>
            <Text size="sm">
              {one.percent === null
                ? t('accumulatedNone')
                : t('discount', { percent: decimalText(one.percent, locale()) })}
            </Text>
          </Group>
          <Text size="sm" c="dimmed">
            {t('accumulated')}: <Money minor={one.accumulatedMinor} currency={one.currency} />
          </Text>
          {one.words !== null && <Text size="sm">{one.words[language()]}</Text>}
        </div>
      ))}
    </Stack>
  );
}

/** The day up to which something holds; what has no end holds for good. */
export function Until({ at }: { at: string | null }) {
  const { t } = useTranslation('wallet');
  if (at === null) return t('categories.forGood');
  return (
    <>
      {t('categories.untilDay')} <DateTime at={at} mode="date" />
    </>
  );
}
