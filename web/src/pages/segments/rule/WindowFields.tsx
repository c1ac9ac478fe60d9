import { NumberInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useMe } from '../../../lib/me.ts';
import { ZoneField } from './ZoneField.tsx';
import type { LeafProps } from './LeafRow.tsx';
import type { LeafDraft } from './model.ts';
import { FitSelect } from './FitSelect.tsx';

type Window = Record<string, unknown> & { type: string };

const windowOf = (leaf: LeafDraft): Window => {
  const { window } = leaf;
  return typeof window === 'object' && window !== null && 'type' in window
    ? (window as Window)
    : { type: 'ever' };
};

const fresh = (type: string, zone: string): Window =>
  type === 'last'
    ? { type, unit: 'days', amount: 30 }
    : type === 'calendar'
      ? { type, days: 30, zone }
      : { type };

/** The time a condition looks at: ever, the last N days, calendar days of a zone, or between two dates. */
export function WindowFields({ leaf, onChange, errorAt }: LeafProps) {
  const { t } = useTranslation(['segments', 'conditions']);
  const { settings } = useMe();
  const window = windowOf(leaf);
  const set = (next: Window) => {
    const { window: _old, ...rest } = leaf;
    onChange(next.type === 'ever' ? rest : { ...rest, type: leaf.type, window: next });
  };
  const amountKey = window.type === 'calendar' ? 'days' : 'amount';
  const amount = window[amountKey];
  return (
    <>
      <FitSelect
        least={180}
        allowDeselect={false}
        aria-label={t('segments:builder.window')}
        data={(['ever', 'last', 'calendar', 'between'] as const).map((value) => ({
          value,
          label: t(`segments:builder.windows.${value}`),
        }))}
        value={window.type}
        onChange={(type) => type !== null && set(fresh(type, settings.timeZone))}
      />
      {(window.type === 'last' || window.type === 'calendar') && (
        <NumberInput
          size="sm"
          w={90}
          min={1}
          aria-label={t('conditions:amount')}
          value={typeof amount === 'number' ? amount : ''}
          error={errorAt(`window.${amountKey}`) !== undefined}
          onChange={(next) => set({ ...window, [amountKey]: typeof next === 'number' ? next : undefined })}
        />
      )}
      {window.type === 'calendar' && (
        <ZoneField
          value={window['zone']}
          error={errorAt('window.zone')}
          onChange={(zone) => set({ ...window, zone })}
        />
      )}
      {window.type === 'last' && (
        <FitSelect
          least={110}
          allowDeselect={false}
          aria-label={t('conditions:unit')}
          data={(['minutes', 'hours', 'days'] as const).map((value) => ({
            value,
            label: t(`conditions:units.${value}`),
          }))}
          value={String(window['unit'])}
          onChange={(unit) => set({ ...window, unit })}
        />
      )}
      {window.type === 'between' &&
        (['from', 'to'] as const).map((side) => (
          <TextInput
            key={side}
            size="sm"
            type="date"
            aria-label={t(`conditions:${side}`)}
            value={typeof window[side] === 'string' ? window[side].slice(0, 10) : ''}
            error={errorAt(`window.${side}`) !== undefined}
            onChange={(event) => set({ ...window, [side]: event.currentTarget.value })}
          />
        ))}
    </>
  );
}
