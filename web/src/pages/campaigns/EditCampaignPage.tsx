import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { campaigns } from '../../api/campaigns.ts';
import { Loaded } from '../../ui/states.tsx';
import { CampaignWizard } from './wizard/CampaignWizard.tsx';

const route = getRouteApi('/app/campaigns/$id/edit');

export default function EditCampaignPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(campaigns.one(id))}>
      {(found) => <CampaignWizard key={found.id} campaign={found} />}
    </Loaded>
  );
}
