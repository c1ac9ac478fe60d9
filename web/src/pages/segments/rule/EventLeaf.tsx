import { Autocomplete, Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Operand } from '../../../conditions/Operand.tsx';
import { useOpWords } from '../../../conditions/ops.ts';
import { language } from '../../../i18n/index.ts';
import { AgeUnit } from './AgeUnit.tsx';
import { withOp } from './behaviour.ts';
import { useEditing } from './editing.ts';
import { EVENT_AGES, measureOf, OF_PROPERTY, withEventMeasure } from './event.ts';
import { EVENTS } from './known.ts';
import type { LeafProps } from './LeafRow.tsx';
import { PropertyTests } from './PropertyTests.tsx';
import { addTest, mayAddTest } from './properties.ts';
import { WindowFields } from './WindowFields.tsx';
import { FitSelect } from './FitSelect.tsx';

/** How often an event of a name happened, or a figure of what it says, in which time, and what it must say. */
export function EventLeaf(props: LeafProps) {
  const { leaf, onChange, errorAt } = props;
  const { t } = useTranslation('segments');
  const { fields } = useEditing();
  const opWord = useOpWords();
  const op = String(leaf['op']);
  const measures = fields.filter((one) => one.leaf === 'event');
  const measure = measureOf(leaf);
  const field = measures.find((one) => one.field === measure);
  const kind = field?.kind ?? 'number';
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
      <FitSelect
        least={230}
        allowDeselect={false}
        aria-label={t('builder.measure')}
        data={measures.map((one) => ({ value: one.field, label: one.label[language()] }))}
        value={measure}
        error={errorAt('measure') !== undefined}
        onChange={(next) => next !== null && onChange(withEventMeasure(leaf, next))}
      />
      {OF_PROPERTY.has(measure) && (
        <TextInput
          size="sm"
          w={170}
          maxLength={100}
          aria-label={t('builder.ofProperty')}
          placeholder={t('builder.ofPropertyHint')}
          value={typeof leaf['property'] === 'string' ? leaf['property'] : ''}
          error={errorAt('property') !== undefined}
          onChange={(event) => onChange({ ...leaf, property: event.currentTarget.value })}
        />
      )}
      <FitSelect
        least={150}
        allowDeselect={false}
        aria-label={t('builder.op')}
        data={(field?.ops ?? [op]).map((value) => ({ value, label: opWord(value, kind) }))}
        value={op}
        error={errorAt('op') !== undefined}
        onChange={(next) => next !== null && onChange(withOp(leaf, next))}
      />
      <Operand
        op={op}
        kind={kind}
        operand={{ value: leaf['value'], from: leaf['from'], to: leaf['to'] }}
        errorAt={(path) => (errorAt(path) === undefined ? undefined : ' ')}
        onChange={(operand) => {
          const { value: _value, from: _from, to: _to, ...rest } = leaf;
          onChange({ ...rest, ...operand });
        }}
      />
      {EVENT_AGES.has(measure) && <AgeUnit {...props} />}
      <WindowFields {...props} />
      <PropertyTests {...props} />
      <Button size="xs" variant="subtle" disabled={!mayAddTest(leaf)} onClick={() => onChange(addTest(leaf))}>
        {t('builder.addProperty')}
      </Button>
    </>
  );
}
