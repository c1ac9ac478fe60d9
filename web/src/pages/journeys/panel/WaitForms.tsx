import { Checkbox, Chip, Group, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { locale } from '../../../i18n/index.ts';
import { useMe } from '../../../lib/me.ts';
import type { NodeOf } from '../model/definition.ts';
import { dayWord } from '../model/words.ts';
import { HappeningField } from './EventField.tsx';
import { SpanField } from './fields.tsx';
import type { StepForm } from './Forms.tsx';
import { useErrorAt } from './problems.ts';

export function WaitForm({ node, onChange }: StepForm<'wait'>) {
  const { t } = useTranslation('journeys');
  return (
    <SpanField
      label={t('form.amount')}
      value={node.for}
      onChange={(span) => onChange({ ...node, for: span })}
    />
  );
}

const DAYS = [1, 2, 3, 4, 5, 6, 7];
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const ZONES = Intl.supportedValuesOf('timeZone');

export function WaitUntilForm({ node, onChange }: StepForm<'wait-until'>) {
  const { t } = useTranslation('journeys');
  const { settings } = useMe();
  return (
    <Stack gap="sm">
      <TextInput
        type="time"
        label={t('form.at')}
        value={node.at}
        onChange={({ currentTarget: { value } }) => TIME.test(value) && onChange({ ...node, at: value })}
      />
      <div role="group" aria-label={t('form.weekdays')}>
        <Text size="sm" fw={500}>
          {t('form.weekdays')}
        </Text>
        <Text size="xs" c="dimmed" mb={6}>
          {t('form.weekdaysHint')}
        </Text>
        <Chip.Group
          multiple
          value={node.weekdays.map(String)}
          onChange={(days) => onChange({ ...node, weekdays: days.map(Number).toSorted((a, b) => a - b) })}
        >
          <Group gap={6}>
            {DAYS.map((day) => (
              <Chip key={day} value={String(day)} size="xs">
                {dayWord(day, locale())}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </div>
      <Radio.Group
        label={t('form.clock')}
        value={node.sameForAll ? 'all' : 'own'}
        onChange={(value) => onChange({ ...node, sameForAll: value === 'all' })}
      >
        <Stack gap={6} mt={6}>
          <Radio value="own" label={t('form.clockOwn')} />
          <Radio value="all" label={t('form.clockAll')} />
        </Stack>
      </Radio.Group>
      <Select
        label={t('form.zone')}
        description={node.sameForAll ? undefined : t('form.zoneHint')}
        searchable
        clearable
        limit={50}
        placeholder={t('form.zoneDefault', { zone: settings.timeZone })}
        data={ZONES}
        value={node.timeZone}
        onChange={(timeZone) => onChange({ ...node, timeZone })}
      />
    </Stack>
  );
}

export function WaitEventForm({ node, onChange }: StepForm<'wait-event'>) {
  const { t } = useTranslation('journeys');
  const errorAt = useErrorAt(node.id);
  const set = (change: Partial<NodeOf<'wait-event'>>) => onChange({ ...node, ...change });
  return (
    <Stack gap="sm">
      <HappeningField
        label={t('form.happening')}
        value={node.event}
        errorAt={(field) => errorAt(`event.${field}`)}
        onChange={(event) => set({ event })}
      />
      <SpanField label={t('form.timeout')} value={node.timeout} onChange={(timeout) => set({ timeout })} />
      <Checkbox
        label={t('form.sinceEntry')}
        checked={node.sinceEntry}
        onChange={(event) => set({ sinceEntry: event.currentTarget.checked })}
      />
    </Stack>
  );
}
