import { MultiSelect, NumberInput, SimpleGrid } from '@mantine/core';
import type { NumberInputProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { orders } from '../../../../api/orders.ts';
import { segments } from '../../../../api/segments.ts';
import { categories } from '../../../../api/standing.ts';
import { currencyDigits } from '../../../../lib/format.ts';
import { useList } from '../../../../lib/list.ts';
import { useMe } from '../../../../lib/me.ts';
import type { Blank } from '../../amounts.ts';
import { everyTier } from '../../cart/names.ts';
import { goodsCategories } from '../useOfferWords.ts';
import type { Draft } from './draft.ts';
import type { EffectDraft } from './effect.ts';

export type StepProps = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  /** What the API says against the first of these paths that it speaks of. */
  wrong: (...paths: string[]) => string | undefined;
  /** It is out in the world: its code, its currency and whose its codes are stay. */
  out: boolean;
};

export type EffectProps = {
  effect: EffectDraft;
  put: (change: Partial<EffectDraft>) => void;
  currency: string;
  wrong: StepProps['wrong'];
};

export function Pair({ children }: { children: ReactNode }) {
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: 'end' }}>
      {children}
    </SimpleGrid>
  );
}

type NumberProps = Omit<NumberInputProps, 'value' | 'onChange'> & {
  value: Blank;
  onChange: (value: Blank) => void;
};

/** A number that may be left out. */
export function NumberField({ onChange, ...props }: NumberProps) {
  return (
    <NumberInput min={0} {...props} onChange={(value) => onChange(typeof value === 'number' ? value : '')} />
  );
}

export function MoneyField({ currency, ...props }: NumberProps & { currency: string }) {
  return (
    <NumberField
      decimalScale={currencyDigits(/^[A-Z]{3}$/.test(currency) ? currency : 'EUR')}
      hideControls
      rightSection={<span style={{ fontSize: 12, color: 'var(--mantine-color-dimmed)' }}>{currency}</span>}
      rightSectionWidth={48}
      {...props}
    />
  );
}

type ManyProps = {
  label: string;
  description?: string;
  value: readonly string[];
  onChange: (value: string[]) => void;
  error?: string | undefined;
};

const TYPING_MS = 250;
const MANY = 200;

/** Products by name or code; kept by the shop's own codes. */
export function ProductsField({ value, ...props }: ManyProps) {
  const { t } = useTranslation('cart');
  const { may } = useMe();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map());
  const found = useQuery({
    ...orders.products(search),
    enabled: may('orders:read'),
    placeholderData: keepPreviousData,
  });
  const choices = new Map([
    ...value.map((code) => [code, names.get(code) ?? code] as const),
    ...(found.data ?? []).map(
      ({ externalId, name }) => [externalId, name === '' ? externalId : `${name} · ${externalId}`] as const,
    ),
  ]);
  return (
    <MultiSelect
      {...props}
      searchable
      searchValue={typed}
      onSearchChange={setTyped}
      filter={({ options }) => options}
      nothingFoundMessage={t('noSuchProduct')}
      data={[...choices].map(([code, label]) => ({ value: code, label }))}
      value={[...value]}
      onChange={(codes) => {
        setNames(new Map(codes.map((code) => [code, choices.get(code) ?? code])));
        props.onChange(codes);
      }}
    />
  );
}

type Choice = { id: string; name: string };

function Choices({ choices, value, ...props }: ManyProps & { choices: readonly Choice[] }) {
  const { t } = useTranslation('couponWizard');
  const known = new Set(choices.map(({ id }) => id));
  const gone = value.filter((id) => !known.has(id)).map((id) => ({ value: id, label: id }));
  return (
    <MultiSelect
      {...props}
      searchable
      nothingFoundMessage={t('nothingFound')}
      data={[...choices.map(({ id, name }) => ({ value: id, label: name })), ...gone]}
      value={[...value]}
      onChange={props.onChange}
    />
  );
}

/** Categories of goods, each told with those above it. */
export function CategoriesField(props: ManyProps) {
  const { may } = useMe();
  const { data = [] } = useQuery({ ...goodsCategories, enabled: may('orders:read') });
  const names = new Map(data.map(({ id, name }) => [id, name]));
  const choices = data.map(({ id, path }) => ({
    id,
    name: path.map((one) => names.get(one) ?? '').join(' / '),
  }));
  return <Choices {...props} choices={choices.toSorted((a, b) => (a.name < b.name ? -1 : 1))} />;
}

export function SegmentsField(props: ManyProps) {
  const { rows = [] } = useList(segments.list(MANY));
  return <Choices {...props} choices={rows} />;
}

export function TiersField(props: ManyProps) {
  const { data = [] } = useQuery(everyTier);
  return <Choices {...props} choices={data} />;
}

/** Categories of people. */
export function PeopleField(props: ManyProps) {
  const { data = [] } = useQuery(categories.all);
  return <Choices {...props} choices={data} />;
}
