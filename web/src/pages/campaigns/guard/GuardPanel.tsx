import { Alert, List, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconShieldCheck, IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { campaignGuard } from '../../../api/campaignGuard.ts';
import type { Finding, GuardView } from '../../../api/campaignGuard.ts';
import { language, locale } from '../../../i18n/index.ts';
import { moneyText, numberText, shareText } from '../../../lib/format.ts';
import { DateTime, Figure, Money } from '../../../ui/format.tsx';
import { AnchorLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { StatTile } from '../../../ui/StatTile.tsx';
import { Approval } from './Approval.tsx';

/** Before the launch: who gets it in words, how that compares, what it may cost, and whether it takes a second person. */
export function GuardPanel({ campaignId }: { campaignId: string }) {
  const { t } = useTranslation('guard');
  return (
    <Section title={t('title')} hint={t('hint')}>
      <Loaded query={useQuery(campaignGuard.review(campaignId))}>
        {(guard) => (
          <Stack gap="md">
            <Figures guard={guard} />
            <Verdict campaignId={campaignId} guard={guard} />
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}

function Figures({ guard }: { guard: GuardView }) {
  const { t } = useTranslation('guard');
  const share = (of: number) => shareText(of, locale());
  const { last, growth, overlap, cost, rule } = guard;
  return (
    <>
      {rule !== null && (
        <div>
          <Text size="sm" fw={550}>
            {t('rule')}
          </Text>
          <Text size="sm">{rule[language()]}</Text>
        </div>
      )}
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <StatTile
          label={t('reach')}
          value={<Figure value={guard.reachable} />}
          hint={t('ofBase', { share: share(guard.share) })}
        />
        <StatTile
          label={t('overlap', { hours: overlap.hours })}
          value={<Figure value={overlap.count} />}
          hint={
            <>
              {t('overlapShare', { share: share(overlap.share) })}
              {overlap.campaigns.map(({ id, name, count }) => (
                <div key={id}>
                  <AnchorLink to="/campaigns/$id" params={{ id }} size="xs">
                    {name}
                  </AnchorLink>
                  : <Figure value={count} />
                </div>
              ))}
            </>
          }
        />
        <StatTile
          label={t('last')}
          value={last === null ? t('lastNone') : <Figure value={last.audience} />}
          hint={
            last !== null && (
              <>
                {t('lastTold', { name: last.campaignName })} · <DateTime at={last.at} mode="relative" />
                {growth !== null && <div>{t('times', { times: numberText(growth, locale(), 1) })}</div>}
              </>
            )
          }
        />
        {cost !== null && (
          <StatTile
            label={t('cost')}
            value={
              cost.mostMinor === null ? (
                t('costUnknown')
              ) : (
                <Money minor={cost.mostMinor} currency={cost.currency} />
              )
            }
            hint={[
              ...(cost.estimated && cost.mostMinor !== null ? [t('costEstimated')] : []),
              ...(cost.budgetMinor === null
                ? []
                : [t('budget', { sum: moneyText(cost.budgetMinor, cost.currency, locale()) })]),
            ].join(' · ')}
          />
        )}
      </SimpleGrid>
    </>
  );
}

function Verdict({ campaignId, guard }: { campaignId: string; guard: GuardView }) {
  const { t } = useTranslation('guard');
  if (guard.findings.length === 0)
    return (
      <Alert color="pine" icon={<IconShieldCheck size={18} />}>
        {t('fine')}
      </Alert>
    );
  return (
    <Alert color="gold" icon={<IconUsersGroup size={18} />} title={t('needs')}>
      <Stack gap="sm">
        <List size="sm">
          {guard.findings.map((finding) => (
            <List.Item key={finding.code}>
              {t(`findings.${finding.code}`, figuresOf(finding, guard.cost?.currency ?? ''))}
            </List.Item>
          ))}
        </List>
        <Approval campaignId={campaignId} approval={guard.approval} />
      </Stack>
    </Alert>
  );
}

function figuresOf({ code, value, limit }: Finding, currency: string): { value: string; limit: string } {
  const text = (of: number): string =>
    code === 'budget'
      ? moneyText(of, currency, locale())
      : code === 'growth'
        ? numberText(of, locale(), 1)
        : shareText(of, locale());
  return { value: text(value), limit: text(limit) };
}
