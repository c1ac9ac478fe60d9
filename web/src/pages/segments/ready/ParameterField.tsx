import { NumberInput, Select, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TemplateParameter } from '../../../api/segments.ready.ts';
import { language, locale } from '../../../i18n/index.ts';
import { currencyDigits, percentSuffix } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import { CodePicker } from '../rule/CodePicker.tsx';

type Value = number | string | string[];

/** What may be chosen of a ready-made segment before it is saved. */
export function ParameterField(props: {
  parameter: TemplateParameter;
  value: Value | undefined;
  error: string | undefined;
  onChange: (value: Value) => void;
}) {
  const { t } = useTranslation('segments');
  const { settings } = useMe();
  const { parameter, value, error, onChange } = props;
  const label = parameter.label[language()];
  if (parameter.type === 'number') {
    const money = parameter.unit === 'minorUnits';
    const factor = money ? 10 ** currencyDigits(settings.baseCurrency) : 1;
    return (
      <NumberInput
        label={money ? `${label}, ${settings.baseCurrency}` : label}
        maw={260}
        min={parameter.min / factor}
        max={parameter.max / factor}
        allowDecimal={money}
        suffix={parameter.unit === 'percent' ? percentSuffix(locale()) : ''}
        value={typeof value === 'number' ? value / factor : ''}
        error={error}
        onChange={(next) => onChange(typeof next === 'number' ? Math.round(next * factor) : '')}
      />
    );
  }
  if (parameter.type === 'choice')
    return (
      <Select
        label={label}
        maw={320}
        allowDeselect={false}
        data={parameter.options.map((one) => ({ value: one.value, label: one.label[language()] }))}
        value={typeof value === 'string' ? value : parameter.default}
        error={error}
        onChange={(next) => next !== null && onChange(next)}
      />
    );
  if (parameter.type === 'ids')
    return (
      <CodePicker
        labelled
        of={parameter.of === 'products' ? 'product' : 'category'}
        label={label}
        placeholder={t('builder.anyOfThem')}
        value={Array.isArray(value) ? value : []}
        error={error}
        onChange={onChange}
      />
    );
  return (
    <TextInput
      label={label}
      maw={320}
      value={typeof value === 'string' ? value : ''}
      error={error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
