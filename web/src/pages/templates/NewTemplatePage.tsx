import { TemplateEditor } from './TemplateEditor.tsx';

export default function NewTemplatePage() {
  return <TemplateEditor />;
}
