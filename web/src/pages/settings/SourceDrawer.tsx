import { Select, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { SourceInput, SourceView } from '../../api/sources.ts';
import { sources } from '../../api/sources.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useWrite } from '../../ui/mutation.ts';

const KINDS = ['site', 'app', 'server', 'shop'] as const satisfies readonly SourceView['kind'][];

export function SourceDrawer(props: {
  opened: boolean;
  onClose: () => void;
  onAdded: (source: SourceView) => void;
}) {
  const { t } = useTranslation('settings');
  const form = useForm<Required<SourceInput>>({
    initialValues: { name: '', kind: 'site', origins: [], consentDefault: 'granted' },
  });
  const create = useWrite({
    run: (input: SourceInput) => sources.create(input),
    touches: ['sources'],
    done: t('sources.added'),
    onDone: (source) => {
      form.reset();
      props.onAdded(source);
    },
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened={props.opened}
      onClose={props.onClose}
      title={t('sources.add')}
      submit={t('sources.add')}
      busy={create.isPending}
      onSubmit={form.onSubmit((values) => create.mutate(values))}
    >
      <TextInput label={t('sources.name')} data-autofocus {...form.getInputProps('name')} />
      <Select
        label={t('sources.kind')}
        allowDeselect={false}
        data={KINDS.map((kind) => ({ value: kind, label: t(`sources.kinds.${kind}`) }))}
        {...form.getInputProps('kind')}
      />
      <TagsInput
        label={t('sources.origins')}
        description={t('sources.originsHint')}
        {...form.getInputProps('origins')}
      />
    </FormDrawer>
  );
}
