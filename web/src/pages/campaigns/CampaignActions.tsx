import { Button } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconRocket } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CampaignVerb, CampaignView } from '../../api/campaigns.ts';
import { campaignGuard } from '../../api/campaignGuard.ts';
import { campaigns } from '../../api/campaigns.ts';
import { locale } from '../../i18n/index.ts';
import { numberText } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { ButtonLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';

const DONE = { launch: 'launchedDone', pause: 'paused', resume: 'resumed', cancel: 'cancelled' } as const;

/** What the state allows and the person may do. Launching and cancelling ask first. */
export function CampaignActions({ campaign }: { campaign: CampaignView }) {
  const { t } = useTranslation('campaigns');
  const { may } = useMe();
  const [asking, setAsking] = useState<'launch' | 'cancel'>();
  const { id, name, state } = campaign;
  const act = useWrite({
    run: (verb: CampaignVerb) => campaigns.act(id, verb),
    touches: ['campaigns'],
    done: (_campaign, verb) => t(DONE[verb]),
    onDone: () => setAsking(undefined),
  });
  const sends = may('campaigns:send');
  const going = state === 'running' || state === 'scheduled';
  return (
    <>
      {state === 'draft' && may('campaigns:write') && (
        <ButtonLink to="/campaigns/$id/edit" params={{ id }} variant="default">
          {t('edit')}
        </ButtonLink>
      )}
      {sends && (going || state === 'paused') && (
        <Button variant="subtle" color="red" onClick={() => setAsking('cancel')}>
          {t('cancel')}
        </Button>
      )}
      {sends && going && (
        <Button
          variant="default"
          leftSection={<IconPlayerPause size={16} />}
          loading={act.isPending}
          onClick={() => act.mutate('pause')}
        >
          {t('pause')}
        </Button>
      )}
      {sends && state === 'paused' && (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          loading={act.isPending}
          onClick={() => act.mutate('resume')}
        >
          {t('resume')}
        </Button>
      )}
      {sends && state === 'draft' && <Launch campaign={campaign} onLaunch={() => setAsking('launch')} />}
      <Confirm
        opened={asking === 'launch'}
        onClose={() => setAsking(undefined)}
        title={t('launchTitle', { name })}
        text={campaign.kind === 'triggered' ? t('launchItself') : <Reach id={id} />}
        yes={t('launch')}
        busy={act.isPending}
        onYes={() => act.mutate('launch')}
      />
      <Confirm
        opened={asking === 'cancel'}
        onClose={() => setAsking(undefined)}
        title={t('cancelTitle', { name })}
        text={t('cancelText')}
        yes={t('cancel')}
        danger
        busy={act.isPending}
        onYes={() => act.mutate('cancel')}
      />
    </>
  );
}

/** Closed while the launch takes a second person who has not said yes. */
function Launch({ campaign, onLaunch }: { campaign: CampaignView; onLaunch: () => void }) {
  const { t } = useTranslation(['campaigns', 'guard']);
  const { data } = useQuery({
    ...campaignGuard.review(campaign.id),
    enabled: campaign.kind === 'broadcast',
  });
  const locked = data?.mayLaunch === false;
  return (
    <Button
      leftSection={<IconRocket size={16} />}
      disabled={locked}
      title={locked ? t('guard:locked') : undefined}
      onClick={onLaunch}
    >
      {t('launch')}
    </Button>
  );
}

function Reach({ id }: { id: string }) {
  const { t } = useTranslation('campaigns');
  const { data } = useQuery(campaigns.audience(id));
  const count = data?.reachable ?? 0;
  return data === undefined ? '…' : t('launchText', { count, shown: numberText(count, locale()) });
}
