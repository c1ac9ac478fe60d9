import { SegmentedControl, SimpleGrid, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { LiabilityView, ProgramView } from '../../api/loyalty.ts';
import { programs } from '../../api/loyalty.ts';
import { locale } from '../../i18n/index.ts';
import { moneyText, numberText, shareText } from '../../lib/format.ts';
import { DateTime, Figure, None } from '../../ui/format.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { StatTile } from '../../ui/StatTile.tsx';
import { Areas } from './Areas.tsx';
import { Expiring } from './liability/Expiring.tsx';
import { History } from './liability/History.tsx';
import { Verification } from './liability/Verification.tsx';
import { OfProgram } from './ProgramChoice.tsx';
import { SPANS } from './search.ts';

const route = getRouteApi('/app/loyalty/liability');

export default function LiabilityPage() {
  const { t } = useTranslation('loyalty');
  const { program } = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <>
      <PageHeader title={t('liability.title')} description={t('liability.description')} />
      <Areas now="liability" />
      <Stack gap="lg">
        <div>
          <OfProgram
            chosen={program}
            onChoose={(id) => void navigate({ search: (now) => ({ ...now, program: id }), replace: true })}
          >
            {(found) => <Owed key={found.id} program={found} />}
          </OfProgram>
        </div>
        <Verification />
      </Stack>
    </>
  );
}

function Owed({ program }: { program: ProgramView }) {
  const { t } = useTranslation('loyalty');
  const { days = SPANS[0] } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useQuery({ ...programs.liability(program.id, days), placeholderData: keepPreviousData });
  return (
    <Loaded query={query}>
      {(owed) => (
        <Stack gap="lg">
          <Tiles owed={owed} />
          <Text size="sm" c="dimmed">
            {t('liability.adds', sumsOf(owed))}
          </Text>
          <Section title={t('liability.expiring')} hint={t('liability.expiringHint')}>
            <Expiring owed={owed} />
          </Section>
          <Section
            title={t('liability.history')}
            hint={t('liability.historyHint')}
            actions={
              <SegmentedControl
                size="xs"
                aria-label={t('liability.span')}
                value={String(days)}
                onChange={(value) =>
                  void navigate({
                    search: (now) => ({ ...now, days: Number(value) }),
                    replace: true,
                    resetScroll: false,
                  })
                }
                data={SPANS.map((value) => ({
                  value: String(value),
                  label: t('liability.days', { shown: String(value) }),
                }))}
              />
            }
          >
            <History owed={owed} />
          </Section>
        </Stack>
      )}
    </Loaded>
  );
}

const HUNDRED = 100;

/** How the figures come to what is owed. */
function sumsOf({ issued, adjusted, redeemed, expired, ...owed }: LiabilityView) {
  const words = (value: number): string => numberText(value, locale());
  return {
    issued: words(issued),
    adjusted: words(adjusted),
    redeemed: words(redeemed),
    expired: words(expired),
    total: words(owed.outstanding + owed.pending + owed.held - owed.debt),
  };
}

function Tiles({ owed }: { owed: LiabilityView }) {
  const { t } = useTranslation('loyalty');
  const number = (value: number) => numberText(value, locale());
  return (
    <SimpleGrid cols={{ base: 2, md: 5 }} spacing="md">
      <StatTile
        label={t('liability.outstanding')}
        why={t('liability.outstandingWhy')}
        value={<Figure value={owed.outstanding} />}
        hint={
          <>
            {t('liability.worth', { money: moneyText(owed.worthMinor, owed.currency, locale()) })}
            <br />
            {t('liability.asOf')} <DateTime at={owed.asOf} />
          </>
        }
      />
      <StatTile
        label={t('liability.pending')}
        why={t('liability.pendingWhy')}
        value={<Figure value={owed.pending} />}
      />
      <StatTile
        label={t('liability.held')}
        why={t('liability.heldWhy')}
        value={<Figure value={owed.held} />}
      />
      <StatTile
        label={t('liability.debt')}
        why={t('liability.debtWhy')}
        value={<Figure value={owed.debt} />}
      />
      <StatTile
        label={t('liability.breakage')}
        why={t('liability.breakageWhy')}
        value={owed.breakagePercent === null ? <None /> : shareText(owed.breakagePercent / HUNDRED, locale())}
        hint={t('liability.breakageHint', { lost: number(owed.expired), issued: number(owed.issued) })}
      />
    </SimpleGrid>
  );
}
