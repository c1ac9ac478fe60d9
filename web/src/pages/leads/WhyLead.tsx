import { Group, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { LeadView } from '../../api/leads.ts';
import { leads } from '../../api/leads.ts';
import { locale } from '../../i18n/index.ts';
import { numberText } from '../../lib/format.ts';
import { DateTime } from '../../ui/format.tsx';
import { Loaded } from '../../ui/states.tsx';
import { StatTile } from '../../ui/StatTile.tsx';
import { LeadScore } from './LeadScore.tsx';
import { useFactWords, useRuleWords } from './ruleWords.ts';

const figure = (value: number): string => numberText(value, locale(), 1);

/** Every cause of a score: the ledger as it stands, each line a fact with what is left of its points. */
export function WhyLead({ contactId }: { contactId: string }) {
  return <Loaded query={useQuery(leads.why(contactId))}>{(lead) => <Ledger lead={lead} />}</Loaded>;
}

function Ledger({ lead }: { lead: LeadView }) {
  const ruleWord = useRuleWords();
  const factWord = useFactWords();
  const { t } = useTranslation('leads');
  return (
    <Stack gap="md">
      <Group gap="md" wrap="nowrap">
        <LeadScore score={lead.score} grade={lead.grade} size={72} />
        <div>
          <Text fw={600}>{t(`grade.${lead.grade}`)}</Text>
          {lead.hotSince !== null && (
            <Text size="sm" c="dimmed">
              {t('hotSince')} <DateTime at={lead.hotSince} />
            </Text>
          )}
          <Text size="sm" c="dimmed">
            {t('lastSignal')}:{' '}
            {lead.lastSignalAt === null ? t('noSignal') : <DateTime at={lead.lastSignalAt} mode="relative" />}
          </Text>
        </div>
      </Group>
      <SimpleGrid cols={3} spacing="xs">
        <StatTile label={t('score')} value={figure(lead.score)} why={t('scoreWhy')} />
        <StatTile label={t('engagement')} value={figure(lead.engagement)} why={t('engagementWhy')} />
        <StatTile label={t('fitLabel')} value={lead.fit} why={t('fitWhy')} hint={figure(lead.fitPoints)} />
      </SimpleGrid>
      <Title order={3}>{t('ledger')}</Title>
      <Table.ScrollContainer minWidth={420}>
        <Table verticalSpacing="xs" horizontalSpacing="xs" tabularNums>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('what')}</Table.Th>
              <Table.Th>{t('when')}</Table.Th>
              <Table.Th ta="right">{t('points')}</Table.Th>
              <Table.Th ta="right">{t('pointsNow')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {lead.reasons.map((reason) => (
              <Table.Tr key={reason.id}>
                <Table.Td>
                  {ruleWord(reason.rule)}
                  <Text size="xs" c="dimmed">
                    {t(`kind.${reason.kind}`)}
                    {reason.what !== '' && ` · ${factWord(reason.what)}`}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <DateTime at={reason.occurredAt} mode="relative" />
                </Table.Td>
                <Table.Td ta="right">{figure(reason.points)}</Table.Td>
                <Table.Td ta="right">{figure(reason.pointsNow)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
}
