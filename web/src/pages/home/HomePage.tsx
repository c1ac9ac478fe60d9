import type { Role } from '@server/core/rights.ts';
import { SimpleGrid, Stack } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../lib/me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { CampaignsCard, SegmentsCard } from './MarketingCards.tsx';
import { SalesCard } from './SalesCard.tsx';
import { ImportsCard, KeysCard, SourcesCard } from './DeveloperCards.tsx';
import { ContactsTile, HotTile, LastMonthTile, RunningTile } from './Tiles.tsx';
import { LeadsCard, NextTasksCard, OverdueCard } from './WorkCards.tsx';

const NOON_H = 12;
const EVENING_H = 18;

/** The first page, by what the person is here for. Every card is a question to the API and leads to its list. */
export default function HomePage() {
  const { t } = useTranslation('home');
  const { user } = useMe();
  const hour = new Date().getHours();
  const part = hour < NOON_H ? 'morning' : hour < EVENING_H ? 'day' : 'evening';
  return (
    <>
      <PageHeader title={t(`hello.${part}`, { name: user.name })} />
      {HOMES[user.role]}
    </>
  );
}

const Columns = ({ children }: { children: ReactNode }) => (
  <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
    {children}
  </SimpleGrid>
);

const tiles = (
  <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="md">
    <ContactsTile />
    <HotTile />
    <RunningTile />
    <LastMonthTile />
  </SimpleGrid>
);

const marketing = (
  <Stack gap="lg">
    {tiles}
    <SalesCard />
    <Columns>
      <SegmentsCard />
      <CampaignsCard />
    </Columns>
  </Stack>
);

const HOMES: Record<Role, ReactNode> = {
  owner: marketing,
  marketer: marketing,
  manager: (
    <Stack gap="lg">
      <LeadsCard />
      <Columns>
        <OverdueCard mine />
        <NextTasksCard mine />
      </Columns>
    </Stack>
  ),
  head: (
    <Stack gap="lg">
      {tiles}
      <SalesCard />
      <Columns>
        <LeadsCard />
        <OverdueCard mine={false} />
      </Columns>
    </Stack>
  ),
  developer: (
    <Stack gap="lg">
      <SourcesCard />
      <Columns>
        <KeysCard />
        <ImportsCard />
      </Columns>
    </Stack>
  ),
};
