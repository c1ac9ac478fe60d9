import { Alert, List } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { campaignGuard } from '../../../api/campaignGuard.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { AnchorLink } from '../../../ui/links.tsx';

/** Launches that wait for a second person, above the list of campaigns; nothing when none does. */
export function Waiting() {
  const { t } = useTranslation('guard');
  const { data } = useQuery(campaignGuard.waiting());
  if (data === undefined || data.items.length === 0) return null;
  return (
    <Alert color="gold" icon={<IconUsersGroup size={18} />} title={t('queue')} mb="md">
      <List size="sm" listStyleType="none">
        {data.items.map((one) => (
          <List.Item key={one.id}>
            <AnchorLink to="/campaigns/$id" params={{ id: one.campaignId }} size="sm">
              {t('queueItem', {
                name: one.campaignName,
                count: numberText(one.audience, locale()),
                by: one.askedBy,
              })}
            </AnchorLink>
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
