import { List, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { CampaignView } from '../../api/campaigns.ts';
import { campaigns } from '../../api/campaigns.ts';
import { DateTime, Figure } from '../../ui/format.tsx';
import { Section } from '../../ui/Section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { StatTile } from '../../ui/StatTile.tsx';
import { GuardPanel } from './guard/GuardPanel.tsx';
import { MailFrame } from './MailFrame.tsx';
import { useReasonWords } from './words.ts';

/** Before the launch: whom it reaches, who would be left out and why, and how the message looks. */
export function DraftView({ campaign }: { campaign: CampaignView }) {
  const { t } = useTranslation('campaigns');
  const reasonWords = useReasonWords();
  const audience = useQuery(campaigns.audience(campaign.id));
  const itself = campaign.kind === 'triggered';
  const total = campaign.segmentId === null ? 'audience.everybody' : 'audience.total';
  const preview = useQuery(campaigns.preview(campaign.id));
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
      <Stack>
        {campaign.kind === 'broadcast' && <GuardPanel campaignId={campaign.id} />}
        <Section
          title={t(itself ? 'audience.may' : 'audience.title')}
          hint={itself ? t('audience.mayHint') : undefined}
        >
          <Loaded query={audience}>
            {(found) => (
              <Stack gap="md">
                <SimpleGrid cols={2} spacing="sm">
                  <StatTile label={t(total)} value={<Figure value={found.audience} />} />
                  <StatTile
                    label={t(itself ? 'audience.writable' : 'audience.reachable')}
                    value={<Figure value={found.reachable} />}
                  />
                </SimpleGrid>
                {found.skipped.length > 0 && (
                  <div>
                    <Text size="sm" fw={550}>
                      {t('audience.skipped')}
                    </Text>
                    <List size="sm">
                      {found.skipped.map(({ reason, count }) => (
                        <List.Item key={reason}>
                          {reasonWords(reason)}: <Figure value={count} />
                        </List.Item>
                      ))}
                    </List>
                  </div>
                )}
              </Stack>
            )}
          </Loaded>
        </Section>
        {campaign.upcoming.length > 0 && (
          <Section title={t('wizard.upcoming')}>
            <List size="sm" listStyleType="none">
              {campaign.upcoming.map((at) => (
                <List.Item key={at}>
                  <DateTime at={at} />
                </List.Item>
              ))}
            </List>
          </Section>
        )}
      </Stack>
      <Section title={t('wizard.preview')}>
        <Loaded query={preview}>
          {(found) => (
            <>
              {found.to !== null && (
                <Text size="sm" c="dimmed" mb="xs">
                  {t('wizard.previewFor', { name: found.to })}
                </Text>
              )}
              <MailFrame title={t('wizard.preview')} subject={found.subject} html={found.html} />
            </>
          )}
        </Loaded>
      </Section>
    </SimpleGrid>
  );
}
