import { Badge, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CampaignView, MessageFilter } from '../../api/campaigns.ts';
import { campaigns, isLive } from '../../api/campaigns.ts';
import { segments } from '../../api/segments.ts';
import { DateTime } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Loaded } from '../../ui/states.tsx';
import { CampaignActions } from './CampaignActions.tsx';
import { DraftView } from './DraftView.tsx';
import { Messages } from './report/Messages.tsx';
import { Report } from './report/Report.tsx';
import { useTriggerWords } from './start/words.ts';
import { STATE_COLORS } from './words.ts';

const route = getRouteApi('/app/campaigns/$id');

export default function CampaignPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(campaigns.one(id))}>
      {(campaign) => <Campaign campaign={campaign} />}
    </Loaded>
  );
}

/** The report; a press on a figure shows the messages behind it. */
function Ran({ campaign }: { campaign: CampaignView }) {
  const [filter, setFilter] = useState<MessageFilter>({});
  const list = useRef<HTMLDivElement>(null);
  return (
    <>
      <Report
        campaign={campaign}
        live={isLive(campaign)}
        onDrill={(next) => {
          setFilter(next);
          list.current?.scrollIntoView({ behavior: 'smooth', block: 'start' });
        }}
      />
      <div ref={list}>
        <Messages campaignId={campaign.id} filter={filter} onFilter={setFilter} />
      </div>
    </>
  );
}

function Campaign({ campaign }: { campaign: CampaignView }) {
  const { t } = useTranslation('campaigns');
  const words = useTriggerWords();
  const segment = useQuery({
    ...segments.one(campaign.segmentId ?? ''),
    enabled: campaign.segmentId !== null,
  });
  const ran = campaign.launchedAt !== null;
  return (
    <>
      <PageHeader
        title={campaign.name}
        up={{ to: '/campaigns', label: t('title') }}
        badge={
          <Badge color={STATE_COLORS[campaign.state]} title={campaign.stateReason ?? undefined}>
            {t(`states.${campaign.state}`)}
          </Badge>
        }
        description={
          <>
            {campaign.trigger !== null && (
              <>
                {words(campaign.trigger, null)}
                <br />
              </>
            )}
            {campaign.segmentId !== null && (
              <>
                {campaign.trigger !== null && `${t('onlyFor')} `}
                <AnchorLink to="/segments/$id" params={{ id: campaign.segmentId }} size="sm">
                  {segment.data?.name ?? t('segment')}
                </AnchorLink>
                {' · '}
              </>
            )}
            {t(`purposes.${campaign.purpose}`)}
            {campaign.launchedAt !== null && (
              <>
                {' · '}
                {t('launched')} <DateTime at={campaign.launchedAt} />
              </>
            )}
            {campaign.nextRunAt !== null && (
              <>
                {' · '}
                {t('next')} <DateTime at={campaign.nextRunAt} />
              </>
            )}
          </>
        }
        actions={<CampaignActions campaign={campaign} />}
      />
      <Stack gap="lg">
        {!ran && <DraftView campaign={campaign} />}
        {ran && <Ran campaign={campaign} />}
      </Stack>
    </>
  );
}
