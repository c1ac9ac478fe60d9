import { Select, SimpleGrid, TagsInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { ContactView } from '../../api/contacts.ts';
import { useOwners } from '../../lib/owners.ts';

export type ContactForm = {
  kind: 'person' | 'organisation';
  name: string;
  email: string;
  phone: string;
  country: string;
  city: string;
  tags: string[];
  ownerId: string | null;
};

export const EMPTY: ContactForm = {
  kind: 'person',
  name: '',
  email: '',
  phone: '',
  country: '',
  city: '',
  tags: [],
  ownerId: null,
};

export const fromContact = (contact: ContactView): ContactForm => ({
  kind: contact.kind === 'organisation' ? 'organisation' : 'person',
  name: contact.name,
  email: contact.email ?? '',
  phone: contact.phone ?? '',
  country: contact.country ?? '',
  city: contact.city ?? '',
  tags: contact.tags,
  ownerId: contact.ownerId,
});

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** An emptied field is sent as null: remove it. */
export const toInput = (form: ContactForm) => ({
  kind: form.kind,
  name: orNull(form.name),
  email: orNull(form.email),
  phone: orNull(form.phone),
  country: orNull(form.country),
  city: orNull(form.city),
  tags: form.tags,
  ownerId: form.ownerId,
});

/** The fields of a person, the same when creating and when editing. */
export function ContactFields({ form }: { form: UseFormReturnType<ContactForm> }) {
  const { t } = useTranslation('contacts');
  const owners = useOwners();
  return (
    <>
      <Select
        label={t('field.kind')}
        allowDeselect={false}
        data={[
          { value: 'person', label: t('kind.person') },
          { value: 'organisation', label: t('kind.organisation') },
        ]}
        {...form.getInputProps('kind')}
      />
      <TextInput label={t('field.name')} data-autofocus autoComplete="off" {...form.getInputProps('name')} />
      <TextInput label={t('field.email')} type="email" autoComplete="off" {...form.getInputProps('email')} />
      <TextInput label={t('field.phone')} type="tel" autoComplete="off" {...form.getInputProps('phone')} />
      <SimpleGrid cols={2} spacing="sm">
        <TextInput label={t('field.country')} autoComplete="off" {...form.getInputProps('country')} />
        <TextInput label={t('field.city')} autoComplete="off" {...form.getInputProps('city')} />
      </SimpleGrid>
      <TagsInput label={t('field.tags')} description={t('tagsHint')} {...form.getInputProps('tags')} />
      <Select
        label={t('field.ownerId')}
        placeholder={t('noOwner')}
        clearable
        searchable
        data={owners.choices}
        {...form.getInputProps('ownerId')}
      />
    </>
  );
}
