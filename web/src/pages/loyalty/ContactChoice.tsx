import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactView } from '../../api/contacts.ts';
import { contacts } from '../../api/contacts.ts';
import { contactName } from '../../lib/contactName.ts';

const TYPING_MS = 250;

type Props = {
  label: string;
  description?: string;
  /** Not to be found here: the contact all is about. */
  without?: string;
  value: string;
  onChange: (id: string) => void;
  error?: React.ReactNode;
};

/** One contact, found by typing a name, an address or a phone. */
export function ContactChoice({ label, description, without, value, onChange, error }: Props) {
  const { t } = useTranslation('contacts');
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<ContactView>();
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const looked = useQuery({
    ...contacts.found(search),
    enabled: search !== '' && value === '',
    placeholderData: keepPreviousData,
  });
  const listed = value === '' ? (looked.data ?? []) : chosen === undefined ? [] : [chosen];
  const found = listed.filter(({ id }) => id !== without);
  return (
    <Select
      label={label}
      description={description}
      placeholder={t('search')}
      searchable
      clearable
      filter={({ options }) => options}
      onSearchChange={setTyped}
      nothingFoundMessage={search === '' || looked.isFetching ? undefined : t('nobody')}
      data={found.map((one) => ({ value: one.id, label: labelOf(one, t('unnamed')) }))}
      value={value === '' ? null : value}
      error={error}
      onChange={(id) => {
        setChosen(found.find((one) => one.id === id));
        onChange(id ?? '');
      }}
    />
  );
}

/** Enough to tell people of one name apart. */
const labelOf = (one: ContactView, unnamed: string): string =>
  [...new Set([contactName(one) ?? unnamed, one.email, one.phone])]
    .filter((part) => part !== null && part !== '')
    .join(' · ');
