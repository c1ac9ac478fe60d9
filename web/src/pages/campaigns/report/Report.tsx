import { Group, SimpleGrid, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { CampaignView, MessageFilter, ReportView } from '../../../api/campaigns.ts';
import { campaigns } from '../../../api/campaigns.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText, shareText } from '../../../lib/format.ts';
import { Figure, Money } from '../../../ui/format.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { StatTile } from '../../../ui/StatTile.tsx';
import { useReasonWords } from '../words.ts';
import classes from '../campaigns.module.css';
import { Bars } from './Bars.tsx';
import { OverTime } from './OverTime.tsx';

type Drill = (filter: MessageFilter) => void;

/** What came of a campaign. People and machines are counted apart; each figure says what it counts. */
export function Report({
  campaign,
  live,
  onDrill,
}: {
  campaign: CampaignView;
  live: boolean;
  onDrill: Drill;
}) {
  const query = useQuery(campaigns.report(campaign.id, live));
  return (
    <Loaded query={query} lines={6}>
      {(report) => (
        <Stack gap="lg">
          <Tiles report={report} itself={campaign.kind === 'triggered'} onDrill={onDrill} />
          <OverTime campaignId={campaign.id} live={live} />
          <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
            <States report={report} />
            <Responses report={report} />
          </SimpleGrid>
          <ByChannel report={report} />
          <Links report={report} />
        </Stack>
      )}
    </Loaded>
  );
}

function Tiles({ report, itself, onDrill }: { report: ReportView; itself: boolean; onDrill: Drill }) {
  const { t } = useTranslation('campaigns');
  const sent = report.counts.sent ?? 0;
  const ofSent = (count: number) =>
    sent === 0 ? undefined : t('report.ofSent', { share: shareText(count / sent, locale()) });
  const tally = (of: ReportView['opens']) =>
    [ofSent(of.human), t('report.machine', { shown: numberText(of.machineOnly, locale()) })]
      .filter(Boolean)
      .join(', ');
  return (
    <div className={classes['tiles']}>
      <StatTile
        label={t(itself ? 'report.entered' : 'report.audience')}
        why={t(itself ? 'report.enteredWhy' : 'report.audienceWhy')}
        value={<Figure value={report.audience} />}
        onOpen={() => onDrill({})}
      />
      {itself && (
        <StatTile
          label={t('report.waiting')}
          why={t('report.waitingWhy')}
          value={<Figure value={(report.counts.planned ?? 0) + (report.counts.retry ?? 0)} />}
          onOpen={() => onDrill({ state: 'planned' })}
        />
      )}
      <StatTile
        label={t('report.sent')}
        why={t('report.sentWhy')}
        value={<Figure value={sent} />}
        onOpen={() => onDrill({ state: 'sent' })}
      />
      <StatTile
        label={t('report.opened')}
        why={t('report.openedWhy')}
        value={<Figure value={report.opens.human} />}
        onOpen={() => onDrill({ response: 'opened' })}
        hint={tally(report.opens)}
      />
      <StatTile
        label={t('report.clicked')}
        why={t('report.clickedWhy')}
        value={<Figure value={report.clicks.human} />}
        onOpen={() => onDrill({ response: 'clicked' })}
        hint={tally(report.clicks)}
      />
      <StatTile
        label={t('report.converted')}
        why={t('report.convertedWhy')}
        value={<Figure value={report.conversions} />}
        onOpen={() => onDrill({ response: 'converted' })}
        hint={t('report.withCoupon', { shown: numberText(report.couponConversions, locale()) })}
        tone="hot"
      />
      <StatTile
        label={t('report.revenue')}
        why={t('report.revenueWhy')}
        value={<Money minor={report.revenueMinor} currency={report.currency} compact />}
        tone="hot"
      />
    </div>
  );
}

function States({ report }: { report: ReportView }) {
  const { t } = useTranslation('campaigns');
  const reasonWords = useReasonWords();
  const states = Object.entries(report.counts) as [keyof typeof report.counts, number][];
  return (
    <Section title={t('report.states')}>
      <Stack gap="md">
        <Bars
          rows={states
            .filter(([, count]) => count > 0)
            .map(([state, human]) => ({ name: t(`messages.states.${state}`), human }))}
        />
        {(['skipped', 'failed'] as const).map(
          (kind) =>
            report[kind].length > 0 && (
              <div key={kind}>
                <Text size="sm" fw={550} mb={4}>
                  {t(`report.${kind}`)}
                </Text>
                <Bars
                  rows={report[kind].map(({ reason, count }) => ({
                    name: reasonWords(reason),
                    human: count,
                  }))}
                />
              </div>
            ),
        )}
      </Stack>
    </Section>
  );
}

function Responses({ report }: { report: ReportView }) {
  const { t } = useTranslation('campaigns');
  const reasonWords = useReasonWords();
  const coupons = Object.entries(report.coupons) as [keyof typeof report.coupons, number][];
  return (
    <Section title={t('report.responses')}>
      <Stack gap="md">
        <Bars
          machines
          rows={[
            { name: t('report.opens'), human: report.opens.human, machine: report.opens.machineOnly },
            { name: t('report.clicks'), human: report.clicks.human, machine: report.clicks.machineOnly },
            { name: t('report.unsubscribes'), human: report.unsubscribes },
          ]}
        />
        {report.machineReasons.length > 0 && (
          <Text size="sm" c="dimmed">
            {t('report.machineReasons')}:{' '}
            {report.machineReasons
              .map(({ reason, count }) => `${reasonWords(reason)}: ${numberText(count, locale())}`)
              .join(' · ')}
          </Text>
        )}
        {coupons.some(([, count]) => count > 0) && (
          <div>
            <Text size="sm" fw={550} mb={4}>
              {t('report.coupons')}
            </Text>
            <Group gap="lg">
              {coupons.map(([state, count]) => (
                <Text key={state} size="sm">
                  {t(`report.couponStates.${state}`)}: <Figure value={count} />
                </Text>
              ))}
            </Group>
          </div>
        )}
      </Stack>
    </Section>
  );
}

function Links({ report }: { report: ReportView }) {
  const { t } = useTranslation('campaigns');
  if (report.links.length === 0) return null;
  return (
    <Section title={t('report.links')}>
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing="xs" horizontalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('report.link')}</Table.Th>
              <Table.Th ta="right">{t('report.humanClicks')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {report.links.map(({ linkNo, name, url, humanClicks }) => (
              <Table.Tr key={linkNo}>
                <Table.Td>
                  {name === '' ? url : name}
                  {name !== '' && (
                    <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                      {url}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td ta="right">
                  <Figure value={humanClicks} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

/** Messages by the channel they went by; a single channel says nothing new. */
function ByChannel({ report }: { report: ReportView }) {
  const { t } = useTranslation('campaigns');
  if (report.channels.length < 2) return null;
  const states = ['sent', 'failed', 'skipped'] as const;
  return (
    <Section title={t('report.channels')} flush>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('channel')}</Table.Th>
            {states.map((state) => (
              <Table.Th key={state} ta="right">
                {t(`messages.states.${state}`)}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {report.channels.map(({ channel, counts }) => (
            <Table.Tr key={channel}>
              <Table.Td>{t(`channels.${channel}`)}</Table.Td>
              {states.map((state) => (
                <Table.Td key={state} ta="right">
                  <Figure value={counts[state] ?? 0} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Section>
  );
}
