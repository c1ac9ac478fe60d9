import { useQuery } from '@tanstack/react-query';
import { segments } from '../../api/segments.ts';
import { Loaded } from '../../ui/states.tsx';
import { SegmentEditor } from './SegmentEditor.tsx';

export default function NewSegmentPage() {
  return (
    <Loaded query={useQuery(segments.catalogue)}>{(fields) => <SegmentEditor fields={fields} />}</Loaded>
  );
}
