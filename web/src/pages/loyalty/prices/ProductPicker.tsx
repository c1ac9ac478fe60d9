import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { orders } from '../../../api/orders.ts';

const TYPING_MS = 250;
export type PickedProduct = { id: string; externalId: string; name: string };

/** One product by name or code. */
export function ProductPicker(props: {
  label: string;
  disabled?: boolean;
  value: PickedProduct | null;
  onChange: (product: PickedProduct | null) => void;
  error?: string | undefined;
}) {
  const { t } = useTranslation('cart');
  const { value } = props;
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  // What is chosen stands in the field: it is no search for others.
  const asked = value !== null && typed === labelOf(value) ? '' : search;
  const { data = [] } = useQuery({ ...orders.products(asked), placeholderData: keepPreviousData });
  const known: PickedProduct[] =
    value === null || data.some(({ id }) => id === value.id) ? data : [value, ...data];
  return (
    <Select
      label={props.label}
      disabled={props.disabled ?? false}
      error={props.error}
      searchable
      clearable={props.disabled !== true}
      filter={({ options }) => options}
      searchValue={typed}
      onSearchChange={setTyped}
      nothingFoundMessage={t('noSuchProduct')}
      data={known.map((one) => ({ value: one.id, label: labelOf(one) }))}
      value={value?.id ?? null}
      onChange={(id) => props.onChange(known.find((one) => one.id === id) ?? null)}
    />
  );
}

const labelOf = ({ name, externalId }: PickedProduct): string =>
  name === '' ? externalId : `${name} · ${externalId}`;
