import { MultiSelect, NumberInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { CatalogueField } from '../../../api/segments.ts';
import type { Choice } from '../../../conditions/Operand.tsx';
import { Operand } from '../../../conditions/Operand.tsx';
import { MANY, useOpWords } from '../../../conditions/ops.ts';
import { language } from '../../../i18n/index.ts';
import { useOwners } from '../../../lib/owners.ts';
import { CELLS } from '../rfm/cells.ts';
import { useEditing } from './editing.ts';
import type { LeafProps } from './LeafRow.tsx';
import type { LeafDraft } from './model.ts';
import { OtherLeaf } from './OtherLeaf.tsx';
import { FitSelect } from './FitSelect.tsx';

const GRADES = ['hot', 'warm', 'cold'] as const;
const FITS = ['A', 'B', 'C', 'D'] as const;

/** The key under which a condition names its field: "measure" in those that are made here. */
function fieldKeyOf(leaf: LeafDraft, fields: readonly CatalogueField[]): string | undefined {
  const names = new Set(fields.map(({ field }) => field));
  return Object.keys(leaf).find((key) => key !== 'type' && key !== 'op' && names.has(String(leaf[key])));
}

/** What a kind of value may be, where it is one of a few. */
function useChoices(): (kind: string) => Choice[] | undefined {
  const { t } = useTranslation('segments');
  const owners = useOwners();
  return (kind) => {
    if (kind === 'rfmCell') return CELLS.map((value) => ({ value, label: t(`rfm.cells.${value}`) }));
    if (kind === 'leadGrade') return GRADES.map((value) => ({ value, label: t(`builder.grades.${value}`) }));
    if (kind === 'leadFit') return FITS.map((value) => ({ value, label: value }));
    return kind === 'person' ? owners.choices : undefined;
  };
}

/** Any condition the catalogue describes by fields with operations: scores, cells, leads, and those of other modules. */
export function CatalogueLeaf(props: LeafProps) {
  const { leaf, onChange, errorAt } = props;
  const { t } = useTranslation('segments');
  const editing = useEditing();
  const opWord = useOpWords();
  const fields = editing.fields.filter((one) => one.leaf === leaf.type);
  const key = fieldKeyOf(leaf, fields);
  const field = fields.find((one) => key !== undefined && one.field === leaf[key]);
  if (key === undefined || field === undefined) return <OtherLeaf {...props} />;
  const op = String(leaf['op']);
  return (
    <>
      <FitSelect
        least={180}
        allowDeselect={false}
        aria-label={t('builder.measure')}
        data={fields.map((one) => ({ value: one.field, label: one.label[language()] }))}
        value={field.field}
        error={errorAt(key) !== undefined}
        onChange={(next) => {
          const to = fields.find((one) => one.field === next);
          if (to !== undefined) onChange(withField(leaf, key, field, to));
        }}
      />
      {field.ops.length > 0 && (
        <FitSelect
          least={170}
          allowDeselect={false}
          aria-label={t('builder.op')}
          data={field.ops.map((value) => ({ value, label: opWord(value, field.kind) }))}
          value={op}
          error={errorAt('op') !== undefined}
          onChange={(next) => next !== null && onChange(withOperation(leaf, next))}
        />
      )}
      <ValueOf {...props} kind={field.kind} op={op} />
    </>
  );
}

/** Another field: the operation stays where there is one of that name, the value where it is of the same kind. */
function withField(leaf: LeafDraft, key: string, from: CatalogueField, to: CatalogueField): LeafDraft {
  const { op, value, from: low, to: high, ...rest } = leaf;
  const kept = to.ops.includes(String(op));
  const same = kept && from.kind === to.kind;
  const range = { ...(low === undefined ? {} : { from: low }), ...(high === undefined ? {} : { to: high }) };
  const next = kept ? op : to.ops.includes('gte') ? 'gte' : to.ops[0];
  return {
    ...rest,
    type: leaf.type,
    [key]: to.field,
    ...(next === undefined ? {} : { op: next }),
    ...(same ? { ...(value === undefined ? {} : { value }), ...range } : {}),
  };
}

function withOperation(leaf: LeafDraft, op: string): LeafDraft {
  const { value, from: _from, to: _to, ...rest } = leaf;
  const keeps =
    value !== undefined &&
    op !== 'between' &&
    op !== 'exists' &&
    op !== 'lacks' &&
    MANY.has(op) === Array.isArray(value);
  return { ...rest, type: leaf.type, op, ...(keeps ? { value } : {}) };
}

function ValueOf({ leaf, onChange, errorAt, kind, op }: LeafProps & { kind: string; op: string }) {
  const { t } = useTranslation('conditions');
  const choices = useChoices()(kind);
  const { value: _value, from: _from, to: _to, ...rest } = leaf;
  if (kind === 'score' && op !== 'between')
    return (
      <NumberInput
        size="sm"
        w={110}
        min={1}
        max={5}
        allowDecimal={false}
        aria-label={t('value')}
        value={typeof leaf['value'] === 'number' ? leaf['value'] : ''}
        error={errorAt('value') !== undefined}
        onChange={(next) => onChange({ ...rest, ...(typeof next === 'number' ? { value: next } : {}) })}
      />
    );
  if (choices !== undefined && MANY.has(op))
    return (
      <MultiSelect
        size="sm"
        flex={1}
        miw={220}
        aria-label={t('values')}
        data={choices}
        value={Array.isArray(leaf['value']) ? leaf['value'].map(String) : []}
        error={errorAt('value') !== undefined}
        onChange={(next) => onChange({ ...rest, ...(next.length === 0 ? {} : { value: next }) })}
      />
    );
  return (
    <Operand
      op={op}
      kind={kind === 'score' ? 'number' : kind}
      operand={{ value: leaf['value'], from: leaf['from'], to: leaf['to'] }}
      choices={choices}
      errorAt={(path) => (errorAt(path) === undefined ? undefined : ' ')}
      onChange={(operand) => onChange({ ...rest, ...operand })}
    />
  );
}
