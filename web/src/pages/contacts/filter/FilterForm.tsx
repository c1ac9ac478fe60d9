import { Button, NumberInput, Select, Stack } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactField, FilterCondition } from '../../../api/contacts.ts';
import type { OperandValue } from '../../../conditions/Operand.tsx';
import { Operand } from '../../../conditions/Operand.tsx';
import { NO_VALUE, useOpWords } from '../../../conditions/ops.ts';
import { useChoicesOf } from '../../../lib/fieldChoices.ts';
import { useFilterWords } from './words.ts';

type Value = FilterCondition['value'];
type Op = FilterCondition['op'];

const DAYS: ReadonlySet<string> = new Set(['withinLastDays', 'notWithinLastDays']);

/** A range is a pair on the wire. */
const operandOf = (op: Op, value: Value): OperandValue =>
  op === 'between' && Array.isArray(value) ? { from: value[0], to: value[1] } : { value };
const valueOf = (op: Op, operand: OperandValue): Value =>
  (op === 'between' ? [operand.from, operand.to] : operand.value) as Value;

const isFilled = (op: Op, value: Value): boolean =>
  NO_VALUE.has(op) ||
  (Array.isArray(value)
    ? value.length > 0 && value.every((one) => one !== undefined)
    : value !== undefined && value !== '');

/** One condition: field, operation, value. */
export function FilterForm(props: {
  fields: readonly ContactField[];
  initial?: FilterCondition;
  onApply: (condition: FilterCondition) => void;
}) {
  const { t } = useTranslation(['contacts', 'conditions']);
  const { fields } = props;
  const words = useFilterWords(fields);
  const opWord = useOpWords();
  const choicesOf = useChoicesOf();
  const [key, setKey] = useState(props.initial?.field ?? null);
  const [op, setOp] = useState<Op | undefined>(props.initial?.op);
  const [value, setValue] = useState<Value>(props.initial?.value);
  const field = fields.find((one) => one.key === key);

  const choose = (nextKey: string | null) => {
    const next = fields.find((one) => one.key === nextKey);
    setKey(nextKey);
    setOp(next?.ops[0]);
    setValue(undefined);
  };
  const ready = field !== undefined && op !== undefined && isFilled(op, value);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready) props.onApply({ field: field.key, op, ...(NO_VALUE.has(op) ? {} : { value }) });
  };
  const options = field?.options?.map((one) => ({ value: one, label: one }));

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Select
          label={t('contacts:filter.field')}
          searchable
          data-autofocus
          comboboxProps={{ withinPortal: false }}
          data={fields.map((one) => ({ value: one.key, label: words.fieldWord(one) }))}
          value={key}
          onChange={choose}
        />
        {field !== undefined && op !== undefined && (
          <>
            <Select
              label={t('contacts:filter.op')}
              allowDeselect={false}
              comboboxProps={{ withinPortal: false }}
              data={field.ops.map((one) => ({ value: one, label: opWord(one, field.type) }))}
              value={op}
              onChange={(next) => {
                setOp(next ?? op);
                setValue(undefined);
              }}
            />
            {DAYS.has(op) ? (
              <NumberInput
                label={t('conditions:days')}
                min={1}
                value={typeof value === 'number' ? value : ''}
                onChange={(next) => setValue(typeof next === 'number' ? next : undefined)}
              />
            ) : (
              <Operand
                op={op}
                kind={field.type}
                operand={operandOf(op, value)}
                choices={choicesOf(field.key) ?? options}
                onChange={(operand) => setValue(valueOf(op, operand))}
                withinPortal={false}
              />
            )}
          </>
        )}
        <Button type="submit" disabled={!ready}>
          {t('contacts:filter.apply')}
        </Button>
      </Stack>
    </form>
  );
}
