import { getRouteApi } from '@tanstack/react-router';
import { CampaignWizard } from './wizard/CampaignWizard.tsx';

const route = getRouteApi('/app/campaigns/new');

export default function NewCampaignPage() {
  return <CampaignWizard segmentId={route.useSearch().segment} />;
}
