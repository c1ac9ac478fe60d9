import { Group, Input, NumberInput, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useOpWords } from '../../../conditions/ops.ts';
import { isRecord } from './model.ts';

const OPS = ['any', 'gt', 'gte', 'lt', 'lte', 'is', 'between'] as const;

/** Money is shown in whole units and sent in minor ones. */
export function scaled(value: unknown, factor: number): unknown {
  return typeof value === 'number' ? Math.round(value * factor * 100) / 100 : value;
}

/** A bound on the lines of purchases: how many units, at which price; none when "any". */
export function LineTest(props: {
  label: string;
  test: unknown;
  /** From what is shown to what is sent. */
  factor: number;
  error?: string | undefined;
  onChange: (test: Record<string, unknown> | undefined) => void;
}) {
  const { t } = useTranslation('segments');
  const opWord = useOpWords();
  const test = isRecord(props.test) ? props.test : {};
  const op = typeof test['op'] === 'string' ? test['op'] : 'any';
  const sides = op === 'any' ? [] : op === 'between' ? (['from', 'to'] as const) : (['value'] as const);
  return (
    <Input.Wrapper label={props.label} error={props.error} size="sm" labelElement="div">
      <Group gap={6} wrap="nowrap">
        <Select
          size="sm"
          flex={1}
          miw={110}
          allowDeselect={false}
          aria-label={t('builder.opOf', { what: props.label })}
          data={OPS.map((value) => ({
            value: value as string,
            label: value === 'any' ? t('builder.anyValue') : opWord(value, 'number'),
          }))}
          value={op}
          onChange={(next) =>
            props.onChange(
              next === 'any'
                ? undefined
                : next === 'between'
                  ? { op: next, from: 0, to: 1 }
                  : { op: next, value: 0 },
            )
          }
        />
        {sides.map((side) => (
          <NumberInput
            key={side}
            size="sm"
            flex={1}
            miw={70}
            aria-label={`${props.label}: ${t(`builder.sides.${side}`)}`}
            value={Number(scaled(test[side], 1 / props.factor) ?? 0)}
            onChange={(next) =>
              props.onChange({ ...test, [side]: typeof next === 'number' ? scaled(next, props.factor) : 0 })
            }
          />
        ))}
      </Group>
    </Input.Wrapper>
  );
}
