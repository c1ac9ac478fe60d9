import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { segments } from '../../api/segments.ts';
import { Loaded } from '../../ui/states.tsx';
import { SegmentEditor } from './SegmentEditor.tsx';

const route = getRouteApi('/app/segments/new');

export default function NewSegmentPage() {
  const draft = route.useSearch();
  return (
    <Loaded query={useQuery(segments.catalogue)}>
      {(fields) => <SegmentEditor key={JSON.stringify(draft)} fields={fields} draft={draft} />}
    </Loaded>
  );
}
