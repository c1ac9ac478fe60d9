import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { RedemptionView } from '../../../api/rewards.ts';
import { redemptions } from '../../../api/rewards.ts';
import { useWrite } from '../../../ui/mutation.ts';
import { nameIn } from './Catalogue.tsx';

/** Notes that a gift is in the member's hands, or that what was promised is done. */
export function HandOver({ one, size = 'xs' }: { one: RedemptionView; size?: 'xs' | 'sm' }) {
  const { t } = useTranslation('rewards');
  const done = t(`queue.handOver.${one.kind === 'gift' ? 'gift' : 'other'}`);
  const give = useWrite({
    run: () => redemptions.handOver(one.id),
    touches: ['rewards', 'timeline'],
    done: t('queue.handedOver'),
  });
  return (
    <Button
      size={size}
      flex="none"
      loading={give.isPending}
      aria-label={[`${done}: ${nameIn(one.name)}`, one.contactName].filter(Boolean).join(', ')}
      onClick={() => give.mutate(undefined)}
    >
      {done}
    </Button>
  );
}
