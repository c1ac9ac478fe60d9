import { useQuery } from '@tanstack/react-query';
import { forms } from '../../api/forms.ts';
import { Loaded } from '../../ui/states.tsx';
import { FormEditor } from './FormEditor.tsx';

export default function NewFormPage() {
  return <Loaded query={useQuery(forms.sources)}>{(sources) => <FormEditor sources={sources} />}</Loaded>;
}
