import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconPackage } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { MemberView } from '../../../api/loyalty.ts';
import { redemptions } from '../../../api/rewards.ts';
import { useList } from '../../../lib/list.ts';
import { DateTime } from '../../../ui/format.tsx';
import { ErrorState } from '../../../ui/states.tsx';
import { nameIn } from '../rewards/Catalogue.tsx';
import { HandOver } from '../rewards/HandOver.tsx';

/** What the member has taken for points and has not got yet: it is handed over here. Nothing of it: nothing is shown. */
export function Waiting({ member }: { member: MemberView }) {
  const { t } = useTranslation(['till', 'common']);
  const { contactId, programId } = member;
  const { rows, error, onRetry, more } = useList(redemptions.list({ contactId, programId, state: 'open' }));
  if (error !== null) return <ErrorState error={error} retry={onRetry} />;
  if (rows === undefined || rows.length === 0) return null;
  return (
    <Alert color="gold" icon={<IconPackage size={18} />} title={t('till:waiting')}>
      <Stack gap="sm" role="list" aria-label={t('till:waiting')}>
        {rows.map((one) => (
          <Group key={one.id} role="listitem" justify="space-between" gap="xs" wrap="nowrap">
            <div style={{ minWidth: 0 }}>
              <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
                {nameIn(one.name)}
              </Text>
              <Text size="sm" c="dimmed">
                {t('till:waitingSince')} <DateTime at={one.redeemedAt} mode="date" />
              </Text>
            </div>
            <HandOver one={one} size="sm" />
          </Group>
        ))}
        {more.has && (
          <Button variant="default" loading={more.loading} onClick={more.load}>
            {t('common:action.more')}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}
