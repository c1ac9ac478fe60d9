import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { coupons } from '../../../api/coupons.ts';
import { Loaded } from '../../../ui/states.tsx';
import { CouponWizard } from './wizard/CouponWizard.tsx';

const route = getRouteApi('/app/loyalty/coupons/$id/edit');

export default function EditCouponPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(coupons.campaign(id))}>
      {(campaign) => <CouponWizard key={campaign.id} campaign={campaign} />}
    </Loaded>
  );
}
