import { Button, MultiSelect, NumberInput, Select, SimpleGrid, TagsInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useChannelWord } from '../../../lib/channel.ts';
import { Operand } from '../../../conditions/Operand.tsx';
import { useOpWords } from '../../../conditions/ops.ts';
import { language } from '../../../i18n/index.ts';
import { canChange, hasWindow, isAge, withDays, withMeasure, withOp, withTrend } from './behaviour.ts';
import { AgeUnit } from './AgeUnit.tsx';
import classes from './builder.module.css';
import { useEditing } from './editing.ts';
import { CHANNELS, DEVICES } from './known.ts';
import type { LeafProps } from './LeafRow.tsx';
import { isRecord, putWhere } from './model.ts';
import { FitSelect } from './FitSelect.tsx';

const MAX_DAYS = 366;

/** What a contact does on the site: a measure over visits, the time it looks at, and which visits count. */
export function BehaviourLeaf(props: LeafProps) {
  const { leaf, onChange, errorAt } = props;
  const { t } = useTranslation(['segments', 'conditions']);
  const { fields } = useEditing();
  const opWord = useOpWords();
  const [open, details] = useDisclosure(isRecord(leaf['where']));
  const measures = fields.filter((one) => one.leaf === 'behaviour');
  const measure = measures.find(({ field }) => field === leaf['measure']);
  const kind = measure?.kind ?? 'number';
  const op = String(leaf['op']);
  return (
    <>
      <FitSelect
        least={240}
        allowDeselect={false}
        aria-label={t('segments:builder.measure')}
        data={measures.map(({ field, label }) => ({
          value: field,
          label: isAge(field) ? `${label[language()]}, ${t('segments:builder.inDays')}` : label[language()],
        }))}
        value={String(leaf['measure'])}
        error={errorAt('measure') !== undefined}
        onChange={(next) => {
          const to = measures.find(({ field }) => field === next);
          if (to !== undefined) onChange(withMeasure(leaf, to));
        }}
      />
      {canChange(leaf['measure']) && (
        <FitSelect
          least={250}
          allowDeselect={false}
          aria-label={t('segments:builder.trend')}
          data={(['level', 'change'] as const).map((value) => ({
            value,
            label: t(`segments:builder.trends.${value}`),
          }))}
          value={leaf['trend'] === 'change' ? 'change' : 'level'}
          error={errorAt('trend') !== undefined}
          onChange={(next) => onChange(withTrend(leaf, next === 'change'))}
        />
      )}
      <FitSelect
        least={140}
        allowDeselect={false}
        aria-label={t('segments:builder.op')}
        data={(measure?.ops ?? [op]).map((value) => ({ value, label: opWord(value, kind) }))}
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
      {hasWindow(leaf['measure']) && <Days {...props} />}
      {isAge(leaf['measure']) && <AgeUnit {...props} />}
      <Button size="xs" variant="subtle" onClick={details.toggle} aria-expanded={open}>
        {open ? t('segments:builder.less') : t('segments:builder.whichVisits')}
      </Button>
      {open && <Visits {...props} />}
    </>
  );
}

/** Ever, or so many days up to now. */
function Days({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation(['segments', 'conditions']);
  const ever = !('days' in leaf);
  return (
    <>
      <FitSelect
        least={150}
        allowDeselect={false}
        aria-label={t('segments:builder.window')}
        data={(['ever', 'last'] as const).map((value) => ({
          value,
          label: t(`segments:builder.windows.${value}`),
        }))}
        value={ever ? 'ever' : 'last'}
        onChange={(next) => onChange(withDays(leaf, next === 'last'))}
      />
      {!ever && (
        <NumberInput
          size="sm"
          w={110}
          min={1}
          max={MAX_DAYS}
          allowDecimal={false}
          aria-label={t('conditions:amount')}
          suffix={` ${t('conditions:days')}`}
          value={typeof leaf['days'] === 'number' ? leaf['days'] : ''}
          error={errorAt('days') !== undefined}
          onChange={(days) => onChange({ ...leaf, days: typeof days === 'number' ? days : undefined })}
        />
      )}
    </>
  );
}

const LISTS = ['sources', 'mediums', 'campaigns'] as const;
const ORDERED = { any: undefined, yes: true, no: false } as const;

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

/** Which visits count: all of what is said must hold of a visit. */
function Visits({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation('segments');
  const channelWord = useChannelWord();
  const where = isRecord(leaf['where']) ? leaf['where'] : {};
  const set = (key: string, value: unknown) => onChange(putWhere(leaf, key, value));
  const many = (key: string) => ({
    size: 'sm' as const,
    label: t(`builder.${key as 'channels'}`),
    value: textsOf(where[key]),
    error: errorAt(`where.${key}`),
    onChange: (values: string[]) => set(key, values.length === 0 ? undefined : values),
  });
  const converted = where['converted'];
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" className={classes['details'] ?? ''}>
      <MultiSelect
        {...many('channels')}
        searchable
        data={[...new Set([...CHANNELS, ...textsOf(where['channels'])])].map((value) => ({
          value,
          label: channelWord(value),
        }))}
      />
      {LISTS.map((key) => (
        <TagsInput key={key} {...many(key)} acceptValueOnBlur />
      ))}
      <MultiSelect
        {...many('devices')}
        searchable
        data={DEVICES.map((value) => ({ value, label: t(`builder.deviceKinds.${value}`) }))}
      />
      <Select
        size="sm"
        label={t('builder.converted')}
        allowDeselect={false}
        data={(['any', 'yes', 'no'] as const).map((value) => ({
          value: value as string,
          label: t(`builder.convertedKinds.${value}`),
        }))}
        value={converted === true ? 'yes' : converted === false ? 'no' : 'any'}
        error={errorAt('where.converted')}
        onChange={(next) => set('converted', ORDERED[next as keyof typeof ORDERED])}
      />
    </SimpleGrid>
  );
}
