import {
  ActionIcon,
  Button,
  Group,
  MultiSelect,
  NumberInput,
  Paper,
  Select,
  Stack,
  Text,
} from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { catalogue } from '../../../api/segments.catalogue.ts';
import { useMe } from '../../../lib/me.ts';
import { goodsCategories } from '../cart/names.ts';
import type { RuleForm } from './form.ts';

/** Fields of an earning rule: each with its label and the API's word when it is wrong. */

type Field = { form: RuleForm; path: string; label: string; hint?: string };
const TYPING_MS = 250;

export const Num = (
  props: Field & { min?: number; decimals?: number; placeholder?: string; unit?: string },
) => (
  <NumberInput
    label={props.label}
    description={props.hint}
    min={props.min ?? 0}
    decimalScale={props.decimals ?? 0}
    placeholder={props.placeholder ?? ''}
    {...(props.unit === undefined
      ? {}
      : {
          hideControls: true,
          rightSection: <span aria-hidden="true">{props.unit}</span>,
          rightSectionWidth: 48,
        })}
    {...props.form.getInputProps(props.path)}
  />
);

export const Choice = <Kind extends string>(
  props: Field & { kinds: readonly Kind[]; words: (kind: Kind) => string; disabled?: boolean },
) => (
  <Select
    label={props.label}
    description={props.hint}
    allowDeselect={false}
    disabled={props.disabled ?? false}
    data={props.kinds.map((value) => ({ value, label: props.words(value) }))}
    {...props.form.getInputProps(props.path)}
  />
);

export type Option = { id: string; name: string };

/** Several of what has a name; what is chosen and no longer known stays. */
export function Several({
  form,
  path,
  label,
  hint,
  options,
  none,
}: Field & { options: readonly Option[]; none: string }) {
  const input = form.getInputProps(path) as { value: string[] };
  const known = new Set(options.map(({ id }) => id));
  return (
    <MultiSelect
      label={label}
      description={hint}
      placeholder={input.value.length === 0 ? none : ''}
      searchable
      limit={100}
      data={[
        ...options.map(({ id, name }) => ({ value: id, label: name })),
        ...input.value.filter((id) => !known.has(id)).map((id) => ({ value: id, label: id })),
      ]}
      {...input}
    />
  );
}

export function Categories({ none, ...props }: Field & { none: string }) {
  const { may } = useMe();
  const { data = [] } = useQuery({ ...goodsCategories, enabled: may('orders:read') });
  return <Several {...props} options={data} none={none} />;
}

/** Products by name or code; also codes that the catalogue does not have yet. */
export function Products({ form, path, label, none }: Field & { none: string }) {
  const { t } = useTranslation('earning');
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
  if (typed !== '' && !labels.has(typed)) labels.set(typed, t('form.useCode', { code: typed }));
  return (
    <MultiSelect
      label={label}
      placeholder={input.value.length === 0 ? none : ''}
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

/** One of several like parts, with a way to take it out. */
export function Row(props: { title: string; onRemove: () => void; children: ReactNode }) {
  const { t } = useTranslation('earning');
  return (
    <Paper component="fieldset" withBorder shadow="none" p="sm" m={0} miw={0} aria-label={props.title}>
      <Group justify="space-between" mb={6} wrap="nowrap">
        <Text size="sm" fw={600}>
          {props.title}
        </Text>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t('form.remove', { what: props.title })}
          onClick={props.onRemove}
        >
          <IconTrash size={16} />
        </ActionIcon>
      </Group>
      <Stack gap="sm">{props.children}</Stack>
    </Paper>
  );
}

export const Add = (props: { label: string; onAdd: () => void }) => (
  <Group>
    <Button size="xs" variant="default" leftSection={<IconPlus size={15} />} onClick={props.onAdd}>
      {props.label}
    </Button>
  </Group>
);
