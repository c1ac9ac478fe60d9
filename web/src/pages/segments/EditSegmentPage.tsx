import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { segments } from '../../api/segments.ts';
import { Loaded } from '../../ui/states.tsx';
import { Writers } from './Writers.tsx';
import { SegmentEditor } from './SegmentEditor.tsx';

const route = getRouteApi('/app/segments/$id/edit');

export default function EditSegmentPage() {
  const { t } = useTranslation('segments');
  const { id } = route.useParams();
  const catalogue = useQuery(segments.catalogue);
  const segment = useQuery(segments.one(id));
  return (
    <Writers title={t('editTitle')}>
      <Loaded query={catalogue}>
        {(fields) => (
          <Loaded page query={segment}>
            {(found) => <SegmentEditor key={found.id} fields={fields} segment={found} />}
          </Loaded>
        )}
      </Loaded>
    </Writers>
  );
}
