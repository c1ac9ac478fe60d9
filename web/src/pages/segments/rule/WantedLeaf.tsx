import { NumberInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CodePicker } from './CodePicker.tsx';
import type { LeafProps } from './LeafRow.tsx';
import type { LeafDraft } from './model.ts';
import { WindowFields } from './WindowFields.tsx';
import { FitSelect } from './FitSelect.tsx';

const SIGNS = ['viewed', 'carted', 'either'] as const;
const OF = ['product', 'category'] as const;

const codes = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);

function put(leaf: LeafDraft, key: string, value: unknown): LeafDraft {
  const { [key]: _old, ...rest } = leaf;
  return value === undefined ? { ...rest, type: leaf.type } : { ...rest, type: leaf.type, [key]: value };
}

/** Interest that no purchase has answered yet. */
export function WantedLeaf(props: LeafProps) {
  const { leaf, onChange, errorAt } = props;
  const { t } = useTranslation('segments');
  const of = leaf['of'] === 'category' ? 'category' : 'product';
  return (
    <>
      <FitSelect
        least={230}
        allowDeselect={false}
        aria-label={t('builder.wanted.sign')}
        data={SIGNS.map((value) => ({ value, label: t(`builder.wanted.signs.${value}`) }))}
        value={typeof leaf['sign'] === 'string' ? leaf['sign'] : 'either'}
        error={errorAt('sign') !== undefined}
        onChange={(sign) => onChange(put(leaf, 'sign', sign ?? undefined))}
      />
      <FitSelect
        least={220}
        allowDeselect={false}
        aria-label={t('builder.wanted.of')}
        data={OF.map((value) => ({ value, label: t(`builder.wanted.ofs.${value}`) }))}
        value={of}
        error={errorAt('of') !== undefined}
        onChange={(next) => onChange(put({ ...leaf, of: next }, 'named', undefined))}
      />
      <NumberInput
        size="sm"
        w={150}
        min={1}
        max={1_000}
        allowDecimal={false}
        aria-label={t('builder.wanted.times')}
        prefix={`${t('builder.wanted.atLeast')} `}
        suffix={` ${t('builder.wanted.timesUnit')}`}
        value={typeof leaf['times'] === 'number' ? leaf['times'] : 1}
        error={errorAt('times') !== undefined}
        onChange={(times) =>
          onChange(put(leaf, 'times', typeof times === 'number' && times > 1 ? times : undefined))
        }
      />
      <WindowFields {...props} />
      <CodePicker
        key={of}
        of={of}
        label={t(of === 'product' ? 'builder.wanted.products' : 'builder.wanted.categories')}
        placeholder={t(of === 'product' ? 'builder.wanted.anyProduct' : 'builder.wanted.anyCategory')}
        value={codes(leaf['named'])}
        error={errorAt('named')}
        onChange={(named) => onChange(put(leaf, 'named', named.length === 0 ? undefined : named))}
      />
    </>
  );
}
