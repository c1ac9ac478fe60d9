import { Button, Select, SimpleGrid, TagsInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { Operand } from '../../../conditions/Operand.tsx';
import { useOpWords } from '../../../conditions/ops.ts';
import { currencyDigits } from '../../../lib/format.ts';
import { AgeUnit } from './AgeUnit.tsx';
import classes from './builder.module.css';
import { CodePicker } from './CodePicker.tsx';
import { useEditing } from './editing.ts';
import type { LeafProps } from './LeafRow.tsx';
import { isRecord, putWhere } from './model.ts';
import { LineTest, scaled } from './LineTest.tsx';
import { WindowFields } from './WindowFields.tsx';
import { FitSelect } from './FitSelect.tsx';

const MEASURES = [
  'orders',
  'units',
  'revenue',
  'margin',
  'averageOrderValue',
  'distinctProducts',
  'daysSinceFirst',
  'daysSinceLast',
  'firstAt',
  'lastAt',
] as const;
const MONEY: ReadonlySet<unknown> = new Set(['revenue', 'margin', 'averageOrderValue']);
const MOMENT: ReadonlySet<unknown> = new Set(['firstAt', 'lastAt']);
const AGE: ReadonlySet<unknown> = new Set(['daysSinceFirst', 'daysSinceLast']);
const OPS = ['is', 'isNot', 'gt', 'gte', 'lt', 'lte', 'between'] as const;
const MOMENT_OPS = ['gt', 'gte', 'lt', 'lte', 'between'] as const;

/** A measure over the contact's purchases, the lines it counts and the time it looks at. */
export function PurchaseLeaf({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation(['segments', 'conditions']);
  const currency = useCurrencyOf(leaf);
  const opWord = useOpWords();
  const where = isRecord(leaf['where']) ? leaf['where'] : {};
  const [open, details] = useDisclosure(
    Object.keys(where).length > 0 || leaf['returns'] !== undefined || leaf['currency'] !== undefined,
  );
  const measure = leaf['measure'];
  const kind = MOMENT.has(measure) ? 'date' : 'number';
  const unit = MONEY.has(measure) ? 10 ** currencyDigits(currency) : 1;
  const op = String(leaf['op']);
  return (
    <>
      <FitSelect
        least={180}
        allowDeselect={false}
        aria-label={t('segments:builder.measure')}
        data={MEASURES.map((value) => ({
          value,
          label: MONEY.has(value)
            ? `${t(`segments:builder.measures.${value}`)}, ${currency}`
            : t(`segments:builder.measures.${value}`),
        }))}
        value={typeof measure === 'string' ? measure : null}
        error={errorAt('measure') !== undefined}
        onChange={(next) => {
          const { value: _value, from: _from, to: _to, zone: _zone, ...rest } = leaf;
          onChange({ ...rest, measure: next, op: 'gte' });
        }}
      />
      <FitSelect
        least={150}
        allowDeselect={false}
        aria-label={t('segments:builder.op')}
        data={(kind === 'date' ? MOMENT_OPS : OPS).map((value) => ({
          value,
          label: opWord(value, kind),
        }))}
        value={op}
        error={errorAt('op') !== undefined}
        onChange={(next) => {
          const { value, from: _from, to: _to, ...rest } = leaf;
          onChange({ ...rest, op: next, ...(next === 'between' ? {} : { value }) });
        }}
      />
      <Operand
        op={op}
        kind={kind}
        operand={{
          value: scaled(leaf['value'], 1 / unit),
          from: scaled(leaf['from'], 1 / unit),
          to: scaled(leaf['to'], 1 / unit),
        }}
        errorAt={(path) => (errorAt(path) === undefined ? undefined : ' ')}
        onChange={(operand) => {
          const { value: _value, from: _from, to: _to, ...rest } = leaf;
          onChange({
            ...rest,
            ...Object.fromEntries(Object.entries(operand).map(([key, value]) => [key, scaled(value, unit)])),
          });
        }}
      />
      {AGE.has(measure) && <AgeUnit leaf={leaf} onChange={onChange} errorAt={errorAt} />}
      <WindowFields leaf={leaf} onChange={onChange} errorAt={errorAt} />
      <Button size="xs" variant="subtle" onClick={details.toggle} aria-expanded={open}>
        {open ? t('segments:builder.less') : t('segments:builder.more')}
      </Button>
      {open && <Details leaf={leaf} where={where} onChange={onChange} errorAt={errorAt} />}
    </>
  );
}

/** What amounts are in: the currency the rule keeps to, or the base currency. */
function useCurrencyOf(leaf: LeafProps['leaf']): string {
  const { currency } = useEditing();
  return typeof leaf['currency'] === 'string' ? leaf['currency'] : currency;
}

const CODES = [
  { key: 'products', of: 'product' },
  { key: 'categories', of: 'category' },
] as const;
const LISTS = ['channels', 'coupons'] as const;

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function Details({ leaf, where, onChange, errorAt }: LeafProps & { where: Record<string, unknown> }) {
  const { t } = useTranslation('segments');
  const base = useEditing().currency;
  const currency = useCurrencyOf(leaf);
  const setWhere = (key: string, value: unknown) => onChange(putWhere(leaf, key, value));
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xs" className={classes['details'] ?? ''}>
      {CODES.map(({ key, of }) => (
        <CodePicker
          key={key}
          labelled
          of={of}
          label={t(`builder.${key}`)}
          placeholder={t('builder.anyOfThem')}
          value={textsOf(where[key])}
          error={errorAt(`where.${key}`)}
          onChange={(values) => setWhere(key, values.length === 0 ? undefined : values)}
        />
      ))}
      {LISTS.map((key) => (
        <TagsInput
          key={key}
          size="sm"
          label={t(`builder.${key}`)}
          acceptValueOnBlur
          value={textsOf(where[key])}
          error={errorAt(`where.${key}`)}
          onChange={(values) => setWhere(key, values.length === 0 ? undefined : values)}
        />
      ))}
      <LineTest
        label={t('builder.quantity')}
        test={where['quantity']}
        factor={1}
        error={errorAt('where.quantity')}
        onChange={(test) => setWhere('quantity', test)}
      />
      <LineTest
        label={`${t('builder.price')}, ${currency}`}
        test={where['price']}
        factor={10 ** currencyDigits(currency)}
        error={errorAt('where.price')}
        onChange={(test) => setWhere('price', test)}
      />
      <Select
        size="sm"
        label={t('builder.couponUsed')}
        allowDeselect={false}
        data={(['any', 'yes', 'no'] as const).map((value) => ({
          value: value as string,
          label: t(`builder.couponKinds.${value}`),
        }))}
        value={where['couponUsed'] === true ? 'yes' : where['couponUsed'] === false ? 'no' : 'any'}
        error={errorAt('where.couponUsed')}
        onChange={(next) => setWhere('couponUsed', next === 'any' ? undefined : next === 'yes')}
      />
      <Select
        size="sm"
        label={t('builder.returns')}
        allowDeselect={false}
        data={[
          { value: 'net', label: t('builder.returnsNet') },
          { value: 'exclude', label: t('builder.returnsExclude') },
        ]}
        value={leaf['returns'] === 'exclude' ? 'exclude' : 'net'}
        onChange={(returns) => {
          const { returns: _old, ...rest } = leaf;
          onChange(returns === 'exclude' ? { ...rest, type: leaf.type, returns } : rest);
        }}
      />
      {typeof leaf['currency'] === 'string' && (
        <Select
          size="sm"
          label={t('builder.currency')}
          allowDeselect={false}
          data={[
            { value: leaf['currency'], label: t('builder.onlyCurrency', { currency: leaf['currency'] }) },
            { value: '', label: t('builder.anyCurrency', { currency: base }) },
          ]}
          value={leaf['currency']}
          error={errorAt('currency')}
          onChange={(next) => {
            const { currency: _old, ...rest } = leaf;
            if (next === '') onChange({ ...rest, type: leaf.type });
          }}
        />
      )}
    </SimpleGrid>
  );
}
