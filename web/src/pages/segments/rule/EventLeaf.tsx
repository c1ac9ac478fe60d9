import { Autocomplete, Button, Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Operand } from '../../../conditions/Operand.tsx';
import { useOpWords } from '../../../conditions/ops.ts';
import { withOp } from './behaviour.ts';
import { useEditing } from './editing.ts';
import { EVENTS } from './known.ts';
import type { LeafProps } from './LeafRow.tsx';
import { PropertyTests } from './PropertyTests.tsx';
import { addTest, mayAddTest } from './properties.ts';
import { WindowFields } from './WindowFields.tsx';

/** How often an event of a name happened, in which time, and what it must say. */
export function EventLeaf(props: LeafProps) {
  const { leaf, onChange, errorAt } = props;
  const { t } = useTranslation('segments');
  const { fields } = useEditing();
  const opWord = useOpWords();
  const op = String(leaf['op']);
  const ops = fields.find((one) => one.leaf === 'event')?.ops ?? [op];
  return (
    <>
      <Autocomplete
        size="sm"
        flex={1}
        miw={200}
        maw={280}
        aria-label={t('builder.eventName')}
        placeholder={t('builder.eventName')}
        data={[...EVENTS]}
        value={typeof leaf['name'] === 'string' ? leaf['name'] : ''}
        error={errorAt('name') !== undefined}
        onChange={(name) => onChange({ ...leaf, name })}
      />
      <Select
        size="sm"
        w={190}
        allowDeselect={false}
        aria-label={t('builder.op')}
        data={ops.map((value) => ({
          value,
          label: t('builder.times', { op: opWord(value, 'number') }),
        }))}
        value={op}
        error={errorAt('op') !== undefined}
        onChange={(next) => next !== null && onChange(withOp(leaf, next))}
      />
      <Operand
        op={op}
        kind="number"
        operand={{ value: leaf['value'], from: leaf['from'], to: leaf['to'] }}
        errorAt={(path) => (errorAt(path) === undefined ? undefined : ' ')}
        onChange={(operand) => {
          const { value: _value, from: _from, to: _to, ...rest } = leaf;
          onChange({ ...rest, ...operand });
        }}
      />
      <WindowFields {...props} />
      <PropertyTests {...props} />
      <Button size="xs" variant="subtle" disabled={!mayAddTest(leaf)} onClick={() => onChange(addTest(leaf))}>
        {t('builder.addProperty')}
      </Button>
    </>
  );
}
