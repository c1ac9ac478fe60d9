import { Anchor, Checkbox, MultiSelect, TagsInput } from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { catalogue } from '../../../../api/segments.catalogue.ts';
import { currencyDigits } from '../../../../lib/format.ts';
import { useMe } from '../../../../lib/me.ts';
import { goodsCategories } from '../../cart/names.ts';
import type { Form } from './fields.tsx';
import { Fields, Num, Part } from './fields.tsx';
import type { ScopeForm } from './form.ts';

const TYPING_MS = 250;
const LEFT_OUT = ['excludedProducts', 'excludedCategories', 'excludedTags'] as const;

/** Which goods it is about. */
export function ScopePart({ form, currency }: { form: Form; currency: string }) {
  const { t } = useTranslation('promotions');
  return (
    <Part title={t('scope.title')} hint={t('scope.hint')}>
      <ScopeFields form={form} path="scope" currency={currency} value={form.values.scope} />
    </Part>
  );
}

export function ScopeFields(props: { form: Form; path: string; currency: string; value: ScopeForm }) {
  const { t } = useTranslation('promotions');
  const { form, path, currency, value } = props;
  const digits = currencyDigits(currency);
  const narrowed =
    value.fullPriceOnly ||
    value.minUnitPriceMinor !== '' ||
    value.maxUnitPriceMinor !== '' ||
    LEFT_OUT.some((key) => value[key].length > 0);
  const [open, { toggle }] = useDisclosure(narrowed);
  const at = (key: keyof ScopeForm): string => `${path}.${key}`;
  return (
    <>
      <Fields>
        <Products form={form} path={at('products')} label={t('scope.products')} />
        <Categories form={form} path={at('categories')} label={t('scope.categories')} />
        <TagsInput
          label={t('scope.tags')}
          description={t('scope.tagsHint')}
          {...form.getInputProps(at('tags'))}
        />
      </Fields>
      <Anchor component="button" type="button" size="sm" ta="left" aria-expanded={open} onClick={toggle}>
        {t('scope.more')}
      </Anchor>
      {open && (
        <>
          <Fields>
            <Products form={form} path={at('excludedProducts')} label={t('scope.excludedProducts')} />
            <Categories form={form} path={at('excludedCategories')} label={t('scope.excludedCategories')} />
            <TagsInput label={t('scope.excludedTags')} {...form.getInputProps(at('excludedTags'))} />
          </Fields>
          <Fields>
            <Num
              form={form}
              path={at('minUnitPriceMinor')}
              label={t('scope.minUnitPrice')}
              unit={currency}
              decimals={digits}
            />
            <Num
              form={form}
              path={at('maxUnitPriceMinor')}
              label={t('scope.maxUnitPrice')}
              unit={currency}
              decimals={digits}
            />
          </Fields>
          <Checkbox
            label={t('scope.fullPriceOnly')}
            {...form.getInputProps(at('fullPriceOnly'), { type: 'checkbox' })}
          />
        </>
      )}
    </>
  );
}

type Picker = { form: Form; path: string; label: string; hint?: string };

/** Products by name or code; also codes that the catalogue does not have yet. */
export function Products({ form, path, label, hint }: Picker) {
  const { t } = useTranslation('promotions');
  const { may } = useMe();
  const [search, setSearch] = useState('');
  const [asked] = useDebouncedValue(search.trim(), TYPING_MS);
  const input = form.getInputProps(path) as { value: string[]; onChange: (codes: string[]) => void };
  const { data: found = [] } = useQuery({ ...catalogue.products(asked), enabled: may('orders:read') });
  const { data: names = {} } = useQuery({
    ...catalogue.names('product', input.value),
    enabled: may('orders:read') && input.value.length > 0,
  });
  const labels = new Map([
    ...input.value.map((code): [string, string] => [code, names[code] ?? code]),
    ...found.map(({ code, name }): [string, string] => [code, name === '' ? code : `${name} · ${code}`]),
  ]);
  const typed = search.trim();
  if (typed !== '' && !labels.has(typed)) labels.set(typed, t('scope.useCode', { code: typed }));
  return (
    <MultiSelect
      label={label}
      description={hint}
      placeholder={input.value.length === 0 ? t('scope.find') : ''}
      searchable
      searchValue={search}
      onSearchChange={setSearch}
      limit={60}
      data={[...labels].map(([value, text]) => ({ value, label: text }))}
      {...input}
      onChange={(codes) => {
        input.onChange(codes);
        setSearch('');
      }}
    />
  );
}

function Categories({ form, path, label }: Picker) {
  const { t } = useTranslation('promotions');
  const { may } = useMe();
  const { data = [] } = useQuery({ ...goodsCategories, enabled: may('orders:read') });
  const input = form.getInputProps(path) as { value: string[] };
  const known = new Set(data.map(({ id }) => id));
  const options = [
    ...data.map(({ id, name }) => ({ value: id, label: name })),
    ...input.value.filter((id) => !known.has(id)).map((id) => ({ value: id, label: id })),
  ];
  return (
    <MultiSelect
      label={label}
      placeholder={input.value.length === 0 ? t('scope.find') : ''}
      searchable
      limit={100}
      nothingFoundMessage={t('scope.noCategory')}
      data={options}
      {...input}
    />
  );
}
