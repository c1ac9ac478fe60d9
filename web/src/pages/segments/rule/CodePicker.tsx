import { MultiSelect } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { catalogue } from '../../../api/segments.catalogue.ts';
import { useMe } from '../../../lib/me.ts';

const TYPING_MS = 250;

/** Products or categories by name; a rule holds their codes, also such as the catalogue does not have yet. */
export function CodePicker(props: {
  of: 'product' | 'category';
  label: string;
  placeholder: string;
  value: readonly string[];
  error?: string | undefined;
  onChange: (codes: string[]) => void;
  labelled?: boolean;
}) {
  const { t } = useTranslation('segments');
  const { may } = useMe();
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.trim(), TYPING_MS);
  const { data: found = [] } = useQuery({
    ...(props.of === 'product' ? catalogue.products(asked) : catalogue.categories),
    enabled: may('orders:read'),
  });
  const { data: names = {} } = useQuery({
    ...catalogue.names(props.of, props.value),
    enabled: may('orders:read') && props.of === 'product' && props.value.length > 0,
  });
  const labels = new Map([
    ...props.value.map((code): [string, string] => [code, names[code] ?? code]),
    ...found.map(({ code, name }): [string, string] => [code, name === '' ? code : `${name} · ${code}`]),
  ]);
  const typed = search.trim();
  if (typed !== '' && !labels.has(typed)) labels.set(typed, t('builder.useCode', { code: typed }));
  return (
    <MultiSelect
      size="sm"
      flex={1}
      miw={220}
      {...(props.labelled === true ? { label: props.label } : { 'aria-label': props.label })}
      placeholder={props.value.length === 0 ? props.placeholder : ''}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      limit={60}
      maxDropdownHeight={260}
      data={[...labels].map(([value, label]) => ({ value, label }))}
      value={[...props.value]}
      error={props.error === undefined ? undefined : props.labelled === true ? props.error : true}
      onChange={(codes) => {
        props.onChange(codes);
        setSearch('');
      }}
    />
  );
}
