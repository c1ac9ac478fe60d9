import { MultiSelect, NumberInput, Select, SimpleGrid, Stack, TagsInput, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../../ui/Section.tsx';
import type { PromotionForm } from './form.ts';

export type Form = UseFormReturnType<PromotionForm>;

/** Fields of the designer: each has its label, its unit, and the API's word when it is wrong. */

export function Part(props: { title: string; hint: string; children: ReactNode }) {
  return (
    <Section title={props.title} hint={props.hint}>
      <Stack gap="md">{props.children}</Stack>
    </Section>
  );
}

export const Fields = ({ children }: { children: ReactNode }) => (
  <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md" style={{ alignItems: 'end' }}>
    {children}
  </SimpleGrid>
);

type Field = { form: Form; path: string; label: string; hint?: string | undefined };

export function Num(
  props: Field & { unit?: string; min?: number; max?: number; decimals?: number; placeholder?: string },
) {
  const { unit } = props;
  return (
    <NumberInput
      label={props.label}
      description={props.hint}
      min={props.min ?? 0}
      {...(props.max === undefined ? {} : { max: props.max })}
      decimalScale={props.decimals ?? 0}
      allowNegative={(props.min ?? 0) < 0}
      placeholder={props.placeholder ?? ''}
      {...(unit === undefined
        ? {}
        : {
            hideControls: true,
            rightSection: <span aria-hidden="true">{unit}</span>,
            rightSectionWidth: 48,
          })}
      {...props.form.getInputProps(props.path)}
    />
  );
}

/** How often it may come round in one order. */
export function MaxTimes({ form }: { form: Form }) {
  const { t } = useTranslation('promotions');
  return (
    <Num
      form={form}
      path="effect.maxTimes"
      label={t('what.maxTimes')}
      hint={t('what.emptyNoLimit')}
      min={1}
    />
  );
}

export const Words = (props: Field & { type?: string; placeholder?: string; focus?: boolean }) => (
  <TextInput
    label={props.label}
    description={props.hint}
    type={props.type ?? 'text'}
    autoFocus={props.focus ?? false}
    placeholder={props.placeholder ?? ''}
    {...props.form.getInputProps(props.path)}
  />
);

export function Choice<Kind extends string>(
  props: Field & {
    kinds: readonly Kind[];
    words: (kind: Kind) => string;
    /** Where the field holds something else than the kind: what is chosen, and what becomes of a choice. */
    value?: Kind;
    onChoice?: (kind: Kind) => void;
  },
) {
  const input = props.form.getInputProps(props.path);
  return (
    <Select
      label={props.label}
      description={props.hint}
      allowDeselect={false}
      data={props.kinds.map((value) => ({ value, label: props.words(value) }))}
      {...input}
      {...(props.value === undefined ? {} : { value: props.value })}
      {...(props.onChoice === undefined
        ? {}
        : {
            onChange: (value: string | null) => {
              const kind = props.kinds.find((one) => one === value);
              if (kind !== undefined) props.onChoice?.(kind);
            },
          })}
    />
  );
}

export const Several = (props: Field & { data: { value: string; label: string }[]; placeholder: string }) => (
  <MultiSelect
    label={props.label}
    description={props.hint}
    placeholder={props.placeholder}
    searchable
    data={props.data}
    {...props.form.getInputProps(props.path)}
  />
);

export const Tags = (props: Field & { placeholder: string }) => (
  <TagsInput
    label={props.label}
    description={props.hint}
    placeholder={props.placeholder}
    {...props.form.getInputProps(props.path)}
  />
);
