import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../../api/contacts.ts';
import { contactName } from '../../../lib/contactName.ts';
import { useMe } from '../../../lib/me.ts';

const TYPING_MS = 250;
export type Picked = { id: string; name: string };

/** A customer by name or address; nothing for those who may not see any. */
export function ContactPicker(props: {
  label: string;
  description?: string;
  placeholder?: string;
  value: Picked | null;
  onChange: (picked: Picked | null) => void;
}) {
  const { t } = useTranslation('cart');
  const { may } = useMe();
  const { value } = props;
  const [search, setSearch] = useState('');
  const [typed] = useDebouncedValue(search.trim(), TYPING_MS);
  const { data = [] } = useQuery({ ...contacts.found(typed), enabled: may('contacts:read') });
  if (!may('contacts:read')) return null;
  const options = data.map((one) => {
    const name = contactName(one) ?? t('unnamed');
    return { value: one.id, name, label: one.email ? `${name} · ${one.email}` : name };
  });
  if (value !== null && !options.some((one) => one.value === value.id))
    options.unshift({ value: value.id, name: value.name, label: value.name });
  return (
    <Select
      label={props.label}
      description={props.description}
      placeholder={props.placeholder}
      searchable
      clearable
      filter={({ options: every }) => every}
      searchValue={search}
      onSearchChange={setSearch}
      nothingFoundMessage={t('nobody')}
      data={options.map((one) => ({ value: one.value, label: one.label }))}
      value={value?.id ?? null}
      onChange={(id) => {
        const found = options.find((one) => one.value === id);
        props.onChange(found === undefined ? null : { id: found.value, name: found.name });
      }}
    />
  );
}
