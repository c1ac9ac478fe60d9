import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { orders } from '../../../api/orders.ts';

const TYPING_MS = 250;
/** The API's own limit. */
const MAX_PRODUCTS = 12;

/** Products a message shows, found by name or code. */
export function ProductChoice({ value, onChange }: { value: string[]; onChange: (ids: string[]) => void }) {
  const { t } = useTranslation('campaigns');
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const found = useQuery({ ...orders.products(search), placeholderData: keepPreviousData });
  const choices = new Map([...names, ...(found.data ?? []).map(({ id, name }) => [id, name] as const)]);
  return (
    <MultiSelect
      label={t('wizard.products')}
      description={t('wizard.productsHint')}
      searchable
      maxValues={MAX_PRODUCTS}
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      data={[...choices].map(([id, name]) => ({ value: id, label: name }))}
      value={value}
      onChange={(ids) => {
        // Names of the chosen stay known when the search moves on.
        setNames(new Map(ids.map((id) => [id, choices.get(id) ?? id])));
        onChange(ids);
      }}
    />
  );
}
