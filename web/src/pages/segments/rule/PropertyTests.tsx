import { ActionIcon, Group, Select, TextInput, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Operand } from '../../../conditions/Operand.tsx';
import { useOpWords } from '../../../conditions/ops.ts';
import classes from './builder.module.css';
import type { LeafProps } from './LeafRow.tsx';
import type { Test } from './properties.ts';
import { kindOfTest, TEST_OPS, testsOf, withTestOp, withTests } from './properties.ts';

/** A line for each property an event must have; all must hold of one and the same event. */
export function PropertyTests({ leaf, onChange, errorAt }: LeafProps) {
  const tests = testsOf(leaf);
  const put = (at: number, next: Test | undefined) =>
    onChange(
      withTests(
        leaf,
        tests.flatMap((one, index) => (index !== at ? [one] : next === undefined ? [] : [next])),
      ),
    );
  return tests.map((test, index) => (
    <PropertyTest
      key={index}
      test={test}
      number={index + 1}
      onChange={(next) => put(index, next)}
      errorAt={(path) => errorAt(`where.${index}.${path}`)}
    />
  ));
}

function PropertyTest({
  test,
  number,
  onChange,
  errorAt,
}: {
  test: Test;
  number: number;
  onChange: (next: Test | undefined) => void;
  errorAt: (path: string) => string | undefined;
}) {
  const { t } = useTranslation('segments');
  const opWord = useOpWords();
  const op = String(test['op']);
  const property = typeof test['property'] === 'string' ? test['property'] : '';
  const remove = t('builder.removeProperty', { name: property === '' ? number : property });
  return (
    <div role="group" aria-label={t('builder.propertyTest', { number })} className={classes['test'] ?? ''}>
      <TextInput
        size="sm"
        className={classes['property'] ?? ''}
        aria-label={t('builder.property')}
        placeholder={t('builder.property')}
        maxLength={100}
        value={property}
        error={errorAt('property') !== undefined}
        onChange={(event) => onChange({ ...test, property: event.currentTarget.value })}
      />
      <Select
        size="sm"
        className={classes['operation'] ?? ''}
        allowDeselect={false}
        aria-label={t('builder.propertyOp')}
        data={TEST_OPS.map((value) => ({ value: value as string, label: opWord(value, 'text') }))}
        value={op}
        error={errorAt('op') !== undefined}
        onChange={(next) => next !== null && onChange(withTestOp(test, next))}
      />
      <Group className={classes['operand'] ?? ''} gap={0}>
        <Operand
          op={op}
          kind={kindOfTest(test)}
          operand={{ value: test['value'] }}
          errorAt={(path) => (errorAt(path) === undefined ? undefined : ' ')}
          onChange={({ value }) => {
            const { value: _value, ...rest } = test;
            onChange(value === undefined ? rest : { ...rest, value });
          }}
        />
      </Group>
      <Tooltip label={remove}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={remove}
          onClick={() => onChange(undefined)}
        >
          <IconX size={16} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}
