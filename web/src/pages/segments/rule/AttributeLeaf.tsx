import { NumberInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Operand } from '../../../conditions/Operand.tsx';
import { useOpWords } from '../../../conditions/ops.ts';
import { language } from '../../../i18n/index.ts';
import { useChoicesOf } from '../../../lib/fieldChoices.ts';
import { useMe } from '../../../lib/me.ts';
import { ZoneField } from './ZoneField.tsx';
import { useEditing } from './editing.ts';
import type { LeafProps } from './LeafRow.tsx';
import type { LeafDraft } from './model.ts';
import { FitSelect } from './FitSelect.tsx';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What stays when the operation changes: the field, and the value when it still fits. */
function withOp(leaf: LeafDraft, op: string): LeafDraft {
  const { field, valueType } = leaf;
  const base: LeafDraft = { type: 'attribute', field, op, ...(valueType === undefined ? {} : { valueType }) };
  if (op === 'within') return { ...base, direction: 'last', unit: 'days', amount: 30 };
  if (op === 'anniversary') return { ...base, days: 7 };
  const single = !Array.isArray(leaf['value']);
  const wantsMany = op === 'in' || op === 'notIn';
  return leaf['value'] !== undefined &&
    op !== 'exists' &&
    op !== 'lacks' &&
    op !== 'between' &&
    single !== wantsMany
    ? { ...base, value: leaf['value'] }
    : base;
}

/** A contact's own field or custom attribute. */
export function AttributeLeaf({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation(['segments', 'conditions']);
  const { fields } = useEditing();
  const opWord = useOpWords();
  const choicesOf = useChoicesOf();
  const attributes = fields.filter((one) => one.leaf === 'attribute');
  const field = attributes.find((one) => one.field === leaf['field']);
  const kind = field?.kind ?? 'text';
  const op = text(leaf['op']);
  return (
    <>
      <FitSelect
        least={150}
        searchable
        allowDeselect={false}
        aria-label={t('segments:builder.field')}
        data={attributes.map((one) => ({ value: one.field, label: one.label[language()] }))}
        value={text(leaf['field'])}
        error={errorAt('field') !== undefined}
        onChange={(next) => {
          const to = attributes.find((one) => one.field === next);
          if (to === undefined) return;
          const own = to.field.startsWith('attributes.') ? { valueType: to.kind } : {};
          onChange(
            withOp(
              { type: 'attribute', field: to.field, ...own },
              to.ops.includes(op) ? op : (to.ops[0] ?? 'is'),
            ),
          );
        }}
      />
      <FitSelect
        least={180}
        allowDeselect={false}
        aria-label={t('segments:builder.op')}
        data={(field?.ops ?? [op]).map((one) => ({ value: one, label: opWord(one, kind) }))}
        value={op}
        error={errorAt('op') !== undefined}
        onChange={(next) => next !== null && onChange(withOp(leaf, next))}
      />
      {op === 'within' ? (
        <Within leaf={leaf} onChange={onChange} errorAt={errorAt} />
      ) : op === 'anniversary' ? (
        <NumberInput
          size="sm"
          w={130}
          min={1}
          max={366}
          aria-label={t('conditions:amount')}
          suffix={` ${t('conditions:days')}`}
          value={typeof leaf['days'] === 'number' ? leaf['days'] : ''}
          error={errorAt('days') !== undefined}
          onChange={(days) => onChange({ ...leaf, days: typeof days === 'number' ? days : undefined })}
        />
      ) : (
        <Operand
          op={op}
          kind={kind}
          operand={{ value: leaf['value'], from: leaf['from'], to: leaf['to'] }}
          choices={choicesOf(text(leaf['field']))}
          errorAt={(path) => (errorAt(path) === undefined ? undefined : ' ')}
          onChange={(operand) => onChange({ ...withOp({ ...leaf, value: undefined }, op), ...operand })}
        />
      )}
      {op === 'anniversary' && leaf['zone'] !== undefined && (
        <ZoneField
          value={leaf['zone']}
          error={errorAt('zone')}
          onChange={(zone) => onChange({ ...leaf, zone })}
        />
      )}
    </>
  );
}

function Within({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation(['segments', 'conditions']);
  const { settings } = useMe();
  const unit = text(leaf['unit']);
  return (
    <>
      <FitSelect
        least={130}
        allowDeselect={false}
        aria-label={t('conditions:direction')}
        data={(['last', 'next'] as const).map((value) => ({ value, label: t(`conditions:${value}`) }))}
        value={text(leaf['direction'])}
        onChange={(direction) => onChange({ ...leaf, direction })}
      />
      <NumberInput
        size="sm"
        w={90}
        min={1}
        aria-label={t('conditions:amount')}
        value={typeof leaf['amount'] === 'number' ? leaf['amount'] : ''}
        error={errorAt('amount') !== undefined}
        onChange={(amount) => onChange({ ...leaf, amount: typeof amount === 'number' ? amount : undefined })}
      />
      <FitSelect
        least={150}
        allowDeselect={false}
        aria-label={t('conditions:unit')}
        data={(['hours', 'days', 'calendarDays'] as const).map((value) => ({
          value,
          label: t(`conditions:units.${value}`),
        }))}
        value={unit}
        onChange={(next) => {
          const { zone, ...rest } = leaf;
          const zoneNow = text(zone) === '' ? settings.timeZone : zone;
          onChange(
            next === 'calendarDays' ? { ...rest, unit: next, zone: zoneNow } : { ...rest, unit: next },
          );
        }}
      />
      {unit === 'calendarDays' && (
        <ZoneField
          value={leaf['zone']}
          error={errorAt('zone')}
          onChange={(zone) => onChange({ ...leaf, zone })}
        />
      )}
    </>
  );
}
