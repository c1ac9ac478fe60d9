import { Alert, Select, SegmentedControl, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { segments } from '../../../api/segments.ts';
import { useList } from '../../../lib/list.ts';
import type { EntryTrigger, JourneyDefinition, Reentry } from '../model/definition.ts';
import { ENTRY } from '../model/definition.ts';
import { EventField } from './EventField.tsx';
import { SumField, WholeField } from './fields.tsx';
import { useErrorAt } from './problems.ts';

type Entry = JourneyDefinition['entry'];

const TRIGGERS = ['segment', 'audience', 'event', 'order', 'api'] as const;
const REENTRIES = ['once', 'after', 'always'] as const;

function fresh(type: EntryTrigger['type'], before: EntryTrigger): EntryTrigger {
  const segmentId = 'segmentId' in before ? before.segmentId : null;
  const made: Record<EntryTrigger['type'], EntryTrigger> = {
    segment: { type: 'segment', segmentId, on: 'entered' },
    audience: { type: 'audience', segmentId },
    event: { type: 'event', name: '', where: [] },
    order: { type: 'order', minTotalMinor: 0 },
    api: { type: 'api' },
  };
  return made[type];
}

/** How people get in, whether again, and who alone may. */
export function EntryForm({ entry, onChange }: { entry: Entry; onChange: (entry: Entry) => void }) {
  const { t } = useTranslation('journeys');
  const { trigger, reentry, filterSegmentId } = entry;
  const errorAt = useErrorAt(ENTRY);
  const set = (next: EntryTrigger) => onChange({ ...entry, trigger: next });
  return (
    <Stack gap="sm">
      <Select
        label={t('form.trigger')}
        allowDeselect={false}
        data={TRIGGERS.map((type) => ({ value: type, label: t(`form.triggers.${type}`) }))}
        value={trigger.type}
        onChange={(next) => {
          const type = TRIGGERS.find((one) => one === next);
          if (type !== undefined && type !== trigger.type) set(fresh(type, trigger));
        }}
      />
      {(trigger.type === 'segment' || trigger.type === 'audience') && (
        <SegmentSelect
          label={t('form.segment')}
          value={trigger.segmentId}
          error={errorAt('trigger.segmentId')}
          onChange={(segmentId) => set({ ...trigger, segmentId })}
        />
      )}
      {trigger.type === 'segment' && (
        <div>
          <Text size="sm" fw={500} mb={4}>
            {t('form.on')}
          </Text>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label={t('form.on')}
            data={(['entered', 'left'] as const).map((on) => ({ value: on, label: t(`form.ons.${on}`) }))}
            value={trigger.on}
            onChange={(on) => set({ ...trigger, on: on === 'left' ? 'left' : 'entered' })}
          />
        </div>
      )}
      {trigger.type === 'event' && (
        <EventField
          value={trigger}
          error={errorAt('trigger.name')}
          onChange={(next) => set({ type: 'event', ...next })}
        />
      )}
      {trigger.type === 'order' && (
        <SumField
          label={t('form.minTotal')}
          minor={trigger.minTotalMinor}
          onChange={(minTotalMinor) => set({ ...trigger, minTotalMinor })}
        />
      )}
      {(trigger.type === 'api' || trigger.type === 'audience') && (
        <Alert color="sky" p="xs">
          {t(trigger.type === 'api' ? 'form.apiHint' : 'form.audienceHint')}
        </Alert>
      )}
      <SegmentSelect
        label={t('form.filter')}
        description={t('form.filterHint')}
        clearable
        value={filterSegmentId}
        error={errorAt('filterSegmentId')}
        onChange={(next) => onChange({ ...entry, filterSegmentId: next })}
      />
      <Again value={reentry} onChange={(next) => onChange({ ...entry, reentry: next })} />
    </Stack>
  );
}

function Again({ value, onChange }: { value: Reentry; onChange: (value: Reentry) => void }) {
  const { t } = useTranslation('journeys');
  return (
    <>
      <Select
        label={t('form.reentry')}
        allowDeselect={false}
        data={REENTRIES.map((type) => ({ value: type, label: t(`form.reentries.${type}`) }))}
        value={value.type}
        onChange={(next) => {
          const type = REENTRIES.find((one) => one === next) ?? value.type;
          onChange(type === 'after' ? { type, days: 30 } : { type });
        }}
      />
      {value.type === 'after' && (
        <WholeField
          label={t('form.reentryDays')}
          value={value.days}
          min={1}
          max={3_660}
          onChange={(days) => onChange({ type: 'after', days })}
        />
      )}
    </>
  );
}

function SegmentSelect(props: {
  label: string;
  description?: string;
  clearable?: boolean;
  value: string | null;
  error: string | undefined;
  onChange: (id: string | null) => void;
}) {
  const { rows = [] } = useList(segments.list(200));
  return (
    <Select
      label={props.label}
      description={props.description}
      searchable
      clearable={props.clearable ?? false}
      allowDeselect={props.clearable ?? false}
      data={rows.map(({ id, name }) => ({ value: id, label: name }))}
      value={props.value}
      error={props.error}
      onChange={props.onChange}
    />
  );
}
