import { Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignView } from '../../../api/coupons.ts';
import { coupons } from '../../../api/coupons.ts';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { Batches } from './Batches.tsx';
import { CodeDrawer } from './CodeDrawer.tsx';
import { Codes } from './Codes.tsx';
import { CouponActions } from './CouponActions.tsx';
import { CampaignState } from './CouponsPage.tsx';
import { Days } from './Days.tsx';
import { Figures } from './Figures.tsx';
import { Terms } from './Terms.tsx';
import { useOfferWords } from './useOfferWords.ts';

const route = getRouteApi('/app/loyalty/coupons/$id');

export default function CouponPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(coupons.campaign(id))}>
      {(campaign) => <Campaign campaign={campaign} />}
    </Loaded>
  );
}

function Campaign({ campaign }: { campaign: CouponCampaignView }) {
  const { t } = useTranslation('coupons');
  const offerWords = useOfferWords();
  const { code } = route.useSearch();
  const navigate = route.useNavigate();
  const open = (next: string | undefined) =>
    void navigate({ search: (now) => ({ ...now, code: next }), replace: true });
  const ran = campaign.state !== 'draft';
  return (
    <>
      <PageHeader
        title={campaign.name}
        up={{ to: '/loyalty/coupons', label: t('title') }}
        badge={<CampaignState state={campaign.state} />}
        description={offerWords(campaign.offer, campaign.currency).sentence}
        actions={<CouponActions campaign={campaign} />}
      />
      <Stack gap="lg">
        {ran && <Figures campaign={campaign} />}
        <Terms campaign={campaign} />
        {ran && <Days campaign={campaign} />}
        {ran && campaign.codeKind === 'unique' && <Batches campaign={campaign} />}
        {ran && <Codes campaign={campaign} onOpen={open} />}
      </Stack>
      {code !== undefined && <CodeDrawer code={code} onClose={() => open(undefined)} />}
    </>
  );
}
