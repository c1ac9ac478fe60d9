import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { forms } from '../../api/forms.ts';
import { Loaded } from '../../ui/states.tsx';
import { FormEditor } from './FormEditor.tsx';

const route = getRouteApi('/app/forms/$id/edit');

export default function EditFormPage() {
  const { id } = route.useParams();
  const sources = useQuery(forms.sources);
  const form = useQuery(forms.one(id));
  return (
    <Loaded query={sources}>
      {(found) => (
        <Loaded query={form}>{(one) => <FormEditor key={one.id} sources={found} form={one} />}</Loaded>
      )}
    </Loaded>
  );
}
