import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { templates } from '../../api/templates.ts';
import { Loaded } from '../../ui/states.tsx';
import { TemplateEditor } from './TemplateEditor.tsx';

const route = getRouteApi('/app/templates/$id');

export default function TemplatePage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(templates.one(id))}>
      {(template) => <TemplateEditor key={`${template.id} ${template.version}`} template={template} />}
    </Loaded>
  );
}
