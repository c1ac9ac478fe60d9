import { Button, Group } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export type MoreRows = { has: boolean; loading: boolean; load: () => void };

/** The next page of a keyset list, below the rows there are. */
export function More({ more }: { more: MoreRows }) {
  const { t } = useTranslation();
  if (!more.has) return null;
  return (
    <Group justify="center" p="sm">
      <Button variant="default" size="xs" loading={more.loading} onClick={more.load}>
        {t('action.more')}
      </Button>
    </Group>
  );
}
