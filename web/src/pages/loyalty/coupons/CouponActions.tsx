import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconRocket } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignView, CouponVerb } from '../../../api/coupons.ts';
import { coupons } from '../../../api/coupons.ts';
import { useMe } from '../../../lib/me.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import { ButtonLink } from '../../../ui/links.tsx';
import { useWrite } from '../../../ui/mutation.ts';

const DONE = { launch: 'launched', pause: 'paused', resume: 'resumed', archive: 'archived' } as const;

/** What the state allows and the person may do. Launching and archiving ask first. */
export function CouponActions({ campaign }: { campaign: CouponCampaignView }) {
  const { t } = useTranslation(['coupons', 'common']);
  const { may } = useMe();
  const [asking, setAsking] = useState<'launch' | 'archive'>();
  const { id, name, state } = campaign;
  const act = useWrite({
    run: (verb: CouponVerb) => coupons.act(id, verb),
    touches: ['coupon-campaigns', 'coupons'],
    done: (_campaign, verb) => t(`coupons:act.${DONE[verb]}`),
    onDone: () => setAsking(undefined),
  });
  if (!may('loyalty:write') || state === 'archived') return null;
  return (
    <>
      <Button variant="subtle" color="red" onClick={() => setAsking('archive')}>
        {t('coupons:act.archive')}
      </Button>
      <ButtonLink to="/loyalty/coupons/$id/edit" params={{ id }} variant="default">
        {t('common:action.edit')}
      </ButtonLink>
      {state === 'active' && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          loading={act.isPending}
          onClick={() => act.mutate('pause')}
        >
          {t('coupons:act.pause')}
        </Button>
      )}
      {state === 'paused' && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={act.isPending}
          onClick={() => act.mutate('resume')}
        >
          {t('coupons:act.resume')}
        </Button>
      )}
      {state === 'draft' && (
        <Button leftSection={<IconRocket size={16} />} onClick={() => setAsking('launch')}>
          {t('coupons:act.launch')}
        </Button>
      )}
      <Confirm
        opened={asking !== undefined}
        onClose={() => setAsking(undefined)}
        title={t(`coupons:act.${asking ?? 'launch'}Title`, { name })}
        text={t(`coupons:act.${asking ?? 'launch'}Text`)}
        yes={t(`coupons:act.${asking ?? 'launch'}`)}
        danger={asking === 'archive'}
        busy={act.isPending}
        onYes={() => asking !== undefined && act.mutate(asking)}
      />
    </>
  );
}
