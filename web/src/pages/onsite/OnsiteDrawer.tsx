import {
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  SimpleGrid,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { OnsiteListed } from '../../api/onsite.ts';
import { onsite } from '../../api/onsite.ts';
import { segments } from '../../api/segments.ts';
import { sources } from '../../api/sources.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { useList } from '../../lib/list.ts';
import { useMe } from '../../lib/me.ts';
import { Figure } from '../../ui/format.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useWrite } from '../../ui/mutation.ts';
import type { OnsiteForm } from './form.ts';
import { COUNTS, formOf, FRESH, inputOf, KINDS, TRIGGERS } from './form.ts';
import { Compared } from './Compared.tsx';
import { OnsitePreview } from './OnsitePreview.tsx';

/** Writes an on-site message; how it looks stands below the fields while they are filled in. */
export function OnsiteDrawer({ message, onClose }: { message?: OnsiteListed; onClose: () => void }) {
  const { t } = useTranslation(['onsite', 'common']);
  const { may } = useMe();
  const all = useQuery({ ...sources.all, enabled: may('tracking:read') });
  const form = useForm<OnsiteForm>({ initialValues: message === undefined ? FRESH : formOf(message) });
  const save = useWrite({
    run: (values: OnsiteForm) =>
      message === undefined ? onsite.create(inputOf(values)) : onsite.change(message.id, inputOf(values)),
    touches: ['onsite'],
    done: t('onsite:saved'),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  const { values } = form;
  return (
    <FormDrawer
      opened
      onClose={onClose}
      size="lg"
      title={message === undefined ? t('onsite:create') : t('onsite:editTitle')}
      submit={t('common:action.save')}
      busy={save.isPending}
      onSubmit={form.onSubmit((given) => save.mutate(given))}
    >
      {message !== undefined && (
        <Group gap="lg">
          {COUNTS.map((count) => (
            <Text size="sm" key={count}>
              {t(`onsite:counts.${count}`)}: <Figure value={message.counts[count]} />
            </Text>
          ))}
        </Group>
      )}
      {message?.comparison && <Compared comparison={message.comparison} />}
      <SegmentedControl
        aria-label={t('onsite:kind')}
        data={KINDS.map((value) => ({ value, label: t(`onsite:kinds.${value}`) }))}
        {...form.getInputProps('kind')}
      />
      <TextInput label={t('onsite:titleField')} data-autofocus {...form.getInputProps('title')} />
      <Textarea label={t('onsite:body')} autosize minRows={2} {...form.getInputProps('body')} />
      <Group grow align="flex-start">
        <TextInput label={t('onsite:linkText')} {...form.getInputProps('linkText')} />
        <TextInput
          label={t('onsite:linkUrl')}
          description={t('onsite:linkHint')}
          {...form.getInputProps('linkUrl')}
        />
      </Group>
      {values.kind === 'inline' && (
        <TextInput
          label={t('onsite:slot')}
          description={t('onsite:slotHint')}
          {...form.getInputProps('slot')}
        />
      )}
      <TextInput
        label={t('onsite:where')}
        description={t('onsite:whereHint')}
        {...form.getInputProps('pagePattern')}
      />
      <Select
        label={t('onsite:source')}
        placeholder={t('onsite:everySource')}
        clearable
        data={(all.data ?? [])
          .filter(({ kind }) => kind !== 'server')
          .map(({ id, name }) => ({ value: id, label: name }))}
        {...form.getInputProps('sourceId')}
      />
      <Whom form={form} />
      <When form={form} />
      <OnsitePreview form={values} />
    </FormDrawer>
  );
}

/** More segments than a site has messages for. */
const SEGMENTS = 200;

function Whom({ form }: { form: UseFormReturnType<OnsiteForm> }) {
  const { t } = useTranslation('onsite');
  const { may } = useMe();
  const { rows = [] } = useList({ ...segments.list(SEGMENTS), enabled: may('segments:read') });
  const known = rows.map(({ id, name }) => ({ value: id, label: name }));
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }}>
      <Select
        label={t('segment')}
        description={t('segmentHint')}
        placeholder={t('everyVisitor')}
        clearable
        searchable
        data={known}
        {...form.getInputProps('segmentId')}
      />
      <NumberInput
        label={t('control')}
        description={t('controlHint')}
        suffix=" %"
        min={0}
        max={50}
        {...form.getInputProps('control')}
      />
    </SimpleGrid>
  );
}

function When({ form }: { form: UseFormReturnType<OnsiteForm> }) {
  const { t } = useTranslation('onsite');
  const { on } = form.values;
  return (
    <>
      <Group grow align="flex-start">
        <Select
          label={t('when')}
          allowDeselect={false}
          data={TRIGGERS.map((value) => ({ value, label: t(`triggers.${value}`) }))}
          {...form.getInputProps('on')}
        />
        {on === 'delay' && <NumberInput label={t('seconds')} min={0} {...form.getInputProps('seconds')} />}
        {on === 'scroll' && (
          <NumberInput label={t('percent')} min={1} max={100} {...form.getInputProps('percent')} />
        )}
        {on === 'event' && <TextInput label={t('event')} {...form.getInputProps('event')} />}
      </Group>
      <Group grow align="flex-start">
        <NumberInput
          label={t('priority')}
          description={t('priorityHint')}
          min={0}
          {...form.getInputProps('priority')}
        />
        <NumberInput label={t('cap')} description={t('capHint')} min={1} {...form.getInputProps('cap')} />
      </Group>
    </>
  );
}
