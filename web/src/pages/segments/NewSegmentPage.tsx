import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { segments } from '../../api/segments.ts';
import { Loaded } from '../../ui/states.tsx';
import { Writers } from './Writers.tsx';
import { SegmentEditor } from './SegmentEditor.tsx';

const route = getRouteApi('/app/segments/new');

export default function NewSegmentPage() {
  const { t } = useTranslation('segments');
  const draft = route.useSearch();
  return (
    <Writers title={t('newTitle')}>
      <Loaded query={useQuery(segments.catalogue)}>
        {(fields) => <SegmentEditor key={JSON.stringify(draft)} fields={fields} draft={draft} />}
      </Loaded>
    </Writers>
  );
}
