import { Group, MultiSelect, NumberInput, Select, TagsInput, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { MANY, NO_VALUE } from './ops.ts';

export type Choice = { value: string; label: string };
/** The value side of a condition: one value, a list, or a range. */
export type OperandValue = { value?: unknown; from?: unknown; to?: unknown };

type Props = {
  op: string;
  kind: string;
  operand: OperandValue;
  onChange: (operand: OperandValue) => void;
  choices?: readonly Choice[] | undefined;
  /** Problem of `value`, `from` or `to`. */
  errorAt?: (path: string) => string | undefined;
  /** False inside a popover, which would take a press on a list outside it for a press elsewhere. */
  withinPortal?: boolean;
};

const numberOf = (value: unknown): number | string =>
  typeof value === 'number' || typeof value === 'string' ? value : '';

/** The field(s) in which a condition's value is given, by the kind of what is compared. */
export function Operand(props: Props) {
  const { t } = useTranslation('conditions');
  const { op, operand, onChange } = props;
  if (NO_VALUE.has(op)) return null;
  if (op === 'between')
    return (
      <Group gap={6} wrap="nowrap" align="flex-start">
        <One
          {...props}
          label={t('from')}
          name="from"
          value={operand.from}
          onValue={(from) => onChange({ ...operand, from })}
        />
        <Text size="sm" pt={6}>
          {t('and')}
        </Text>
        <One
          {...props}
          label={t('to')}
          name="to"
          value={operand.to}
          onValue={(to) => onChange({ ...operand, to })}
        />
      </Group>
    );
  if (MANY.has(op)) return <Many {...props} />;
  return (
    <One
      {...props}
      label={t('value')}
      name="value"
      value={operand.value}
      onValue={(value) => onChange({ value })}
    />
  );
}

type OneProps = Props & {
  label: string;
  name: 'value' | 'from' | 'to';
  value: unknown;
  onValue: (value: unknown) => void;
};

function One({ kind, choices, label, name, value, onValue, errorAt, withinPortal = true }: OneProps) {
  const { t } = useTranslation('conditions');
  const shared = { size: 'sm' as const, 'aria-label': label, error: errorAt?.(name), miw: 120, flex: 1 };
  if (kind === 'number')
    return (
      <NumberInput
        {...shared}
        value={numberOf(value)}
        onChange={(next) => onValue(typeof next === 'number' ? next : undefined)}
      />
    );
  if (kind === 'boolean')
    return (
      <Select
        {...shared}
        allowDeselect={false}
        comboboxProps={{ withinPortal }}
        data={[
          { value: 'true', label: t('yes') },
          { value: 'false', label: t('no') },
        ]}
        value={typeof value === 'boolean' ? String(value) : null}
        onChange={(next) => onValue(next === 'true')}
      />
    );
  if (choices !== undefined)
    return (
      <Select
        {...shared}
        searchable
        comboboxProps={{ withinPortal }}
        data={[...choices]}
        value={typeof value === 'string' ? value : null}
        onChange={(next) => onValue(next ?? undefined)}
      />
    );
  return (
    <TextInput
      {...shared}
      type={kind === 'date' ? 'date' : 'text'}
      value={typeof value === 'string' ? value.slice(0, kind === 'date' ? 10 : undefined) : ''}
      onChange={(event) => onValue(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
    />
  );
}

function Many({ kind, choices, operand, onChange, errorAt, withinPortal = true }: Props) {
  const { t } = useTranslation('conditions');
  const values = Array.isArray(operand.value) ? operand.value.map(String) : [];
  const set = (next: string[]) =>
    onChange({ value: kind === 'number' ? next.map(Number).filter((one) => !Number.isNaN(one)) : next });
  const shared = {
    size: 'sm' as const,
    'aria-label': t('values'),
    error: errorAt?.('value'),
    miw: 200,
    flex: 1,
  };
  return choices === undefined ? (
    <TagsInput
      {...shared}
      placeholder={values.length === 0 ? t('enterHint') : ''}
      value={values}
      onChange={set}
      acceptValueOnBlur
    />
  ) : (
    <MultiSelect
      {...shared}
      searchable
      comboboxProps={{ withinPortal }}
      data={[...choices]}
      value={values}
      onChange={set}
    />
  );
}
