import { Autocomplete, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { LeafProps } from './LeafRow.tsx';
import type { LeafDraft } from './model.ts';
import { FitSelect } from './FitSelect.tsx';

const PURPOSES = ['marketing', 'service', 'profiling'] as const;
const CHANNELS = ['email', 'sms', 'phone', 'push', 'post'] as const;

function put(leaf: LeafDraft, key: 'purpose' | 'channel', value: string): LeafDraft {
  const { [key]: _old, ...rest } = leaf;
  return value === '' ? { ...rest, type: leaf.type } : { ...rest, type: leaf.type, [key]: value };
}

/** A consent that stands, or that is missing. */
export function ConsentLeaf({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation(['segments', 'contacts']);
  return (
    <>
      <FitSelect
        least={170}
        allowDeselect={false}
        aria-label={t('segments:builder.op')}
        data={(['has', 'lacks'] as const).map((value) => ({
          value,
          label: t(`segments:builder.consent.${value}`),
        }))}
        value={String(leaf['op'])}
        error={errorAt('op') !== undefined}
        onChange={(op) => op !== null && onChange({ ...leaf, op })}
      />
      <Text size="sm">{t('segments:builder.consent.to')}</Text>
      <Autocomplete
        size="sm"
        w={190}
        aria-label={t('segments:builder.consent.purpose')}
        placeholder={t('segments:builder.consent.anyPurpose')}
        data={[...PURPOSES]}
        renderOption={({ option }) =>
          t(`contacts:timeline.purpose.${option.value as 'marketing'}`, { defaultValue: option.value })
        }
        value={typeof leaf['purpose'] === 'string' ? leaf['purpose'] : ''}
        error={errorAt('purpose') !== undefined}
        onChange={(purpose) => onChange(put(leaf, 'purpose', purpose))}
      />
      <Text size="sm">{t('segments:builder.consent.by')}</Text>
      <FitSelect
        least={170}
        clearable
        aria-label={t('segments:builder.consent.channel')}
        placeholder={t('segments:builder.consent.anyChannel')}
        data={CHANNELS.map((value) => ({
          value,
          label: t(`contacts:timeline.channel.${value}`),
        }))}
        value={typeof leaf['channel'] === 'string' ? leaf['channel'] : null}
        error={errorAt('channel') !== undefined}
        onChange={(channel) => onChange(put(leaf, 'channel', channel ?? ''))}
      />
    </>
  );
}
