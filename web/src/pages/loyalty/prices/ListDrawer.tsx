import { Button, Group, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../../api/contacts.ts';
import type { PriceListView } from '../../../api/prices.ts';
import { priceLists } from '../../../api/prices.ts';
import { contactName } from '../../../lib/contactName.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { fromLocalInput, toLocalInput } from '../../../lib/localTime.ts';
import { useMe } from '../../../lib/me.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { ContactPicker } from '../coupons/ContactPicker.tsx';
import { PeopleField, SegmentsField, TiersField } from '../coupons/wizard/fields.tsx';
import { KINDS } from './words.ts';

const local = (at: string | null): string => (at === null ? '' : toLocalInput(new Date(at)));
const momentOf = (text: string): string | null => fromLocalInput(text) || null;

/** A price list, new or there already: what it is called, for whom and when it holds. */
export function ListDrawer(props: {
  list?: PriceListView;
  onClose: () => void;
  onSaved?: (list: PriceListView) => void;
}) {
  const { t } = useTranslation('prices');
  const { settings } = useMe();
  const { list } = props;
  const form = useForm({
    initialValues: {
      externalId: list?.externalId ?? '',
      name: list?.name ?? '',
      kind: list?.kind ?? 'wholesale',
      currency: list?.currency ?? settings.baseCurrency,
      contacts: list?.contacts ?? [],
      segments: list?.segments ?? [],
      tiers: list?.tiers ?? [],
      personCategories: list?.personCategories ?? [],
      channels: list?.channels ?? [],
      from: local(list?.from ?? null),
      until: local(list?.until ?? null),
    },
  });
  const save = useWrite({
    run: ({ externalId, currency, from, until, ...rest }: typeof form.values) => {
      const terms = { ...rest, from: momentOf(from), until: momentOf(until) };
      return list === undefined
        ? priceLists.create({ ...terms, externalId, currency })
        : priceLists.change(list.id, { ...terms, version: list.version });
    },
    touches: ['price-lists'],
    done: t(list === undefined ? 'made' : 'saved'),
    onDone: (saved) => {
      props.onSaved?.(saved);
      props.onClose();
    },
    onProblem: (error) => showFieldErrors(form, error),
  });
  const many = (field: 'segments' | 'tiers' | 'personCategories') => ({
    value: form.values[field],
    error: typeof form.errors[field] === 'string' ? form.errors[field] : undefined,
    onChange: (ids: string[]) => form.setFieldValue(field, ids),
  });
  return (
    <FormDrawer
      opened
      onClose={props.onClose}
      title={t(list === undefined ? 'form.newTitle' : 'form.editTitle')}
      submit={t('form.submit')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <TextInput label={t('name')} data-autofocus {...form.getInputProps('name')} />
      <TextInput
        label={t('form.code')}
        description={t('form.codeHint')}
        disabled={list !== undefined}
        {...form.getInputProps('externalId')}
      />
      <Select
        label={t('kind')}
        allowDeselect={false}
        data={KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))}
        {...form.getInputProps('kind')}
      />
      <TextInput
        label={t('currency')}
        description={t('form.currencyHint')}
        disabled={list !== undefined}
        maxLength={3}
        {...form.getInputProps('currency')}
      />
      <Text size="sm" fw={550} mb={-8}>
        {t('forWhom')}
      </Text>
      <Text size="sm" c="dimmed">
        {t('form.audience')}
      </Text>
      <SegmentsField label={t('form.segments')} {...many('segments')} />
      <TiersField label={t('form.tiers')} {...many('tiers')} />
      <PeopleField label={t('form.people')} {...many('personCategories')} />
      <TagsInput
        label={t('form.channels')}
        description={t('form.channelsHint')}
        {...form.getInputProps('channels')}
      />
      <Customers ids={form.values.contacts} onChange={(ids) => form.setFieldValue('contacts', ids)} />
      <TextInput type="datetime-local" label={t('form.from')} {...form.getInputProps('from')} />
      <TextInput type="datetime-local" label={t('form.until')} {...form.getInputProps('until')} />
    </FormDrawer>
  );
}

function Customers({ ids, onChange }: { ids: readonly string[]; onChange: (ids: string[]) => void }) {
  const { t } = useTranslation('prices');
  return (
    <Stack gap="xs">
      <ContactPicker
        key={ids.length}
        label={t('form.customers')}
        value={null}
        onChange={(picked) => picked !== null && !ids.includes(picked.id) && onChange([...ids, picked.id])}
      />
      {ids.length > 0 && (
        <Group gap={6}>
          {ids.map((id) => (
            <Customer key={id} id={id} onRemove={() => onChange(ids.filter((one) => one !== id))} />
          ))}
        </Group>
      )}
    </Stack>
  );
}

function Customer({ id, onRemove }: { id: string; onRemove: () => void }) {
  const { t } = useTranslation('prices');
  const { data } = useQuery(contacts.one(id));
  const name = (data === undefined ? undefined : contactName(data)) ?? id.slice(0, 8);
  return (
    <Button
      size="compact-sm"
      variant="default"
      rightSection={<IconX size={13} />}
      aria-label={t('form.removeCustomer', { name })}
      onClick={onRemove}
    >
      {name}
    </Button>
  );
}
