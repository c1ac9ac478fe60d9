import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SegmentListed } from '../../api/segments.ts';

const COLORS = { ready: 'pine', building: 'sky', failed: 'red' } as const;

export function StateBadge({ segment }: { segment: Pick<SegmentListed, 'state' | 'kind' | 'error'> }) {
  const { t } = useTranslation('segments');
  if (segment.kind === 'static') return <Badge color="gray">{t('state.static')}</Badge>;
  return (
    <Badge color={COLORS[segment.state]} title={segment.error ?? undefined}>
      {t(`state.${segment.state}`)}
    </Badge>
  );
}
