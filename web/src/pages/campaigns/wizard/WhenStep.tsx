import { Chip, Group, Input, NumberInput, Radio, Select, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { locale } from '../../../i18n/index.ts';
import { FlowFields } from '../start/FlowFields.tsx';
import { Sentence } from '../start/Sentence.tsx';
import type { StepProps } from './CampaignWizard.tsx';
import { EVERY, WEEKDAYS } from './draft.ts';

/** 2026-06-01 is a Monday: the names of weekdays come from the calendar itself. */
const MONDAY = Date.UTC(2026, 5, 1);
const DAY_MS = 86_400_000;
const dayName = (index: number): string =>
  new Intl.DateTimeFormat(locale(), { weekday: 'short', timeZone: 'UTC' }).format(
    new Date(MONDAY + index * DAY_MS),
  );

const EVERY_WORDS = { DAILY: 'daily', WEEKLY: 'weekly', MONTHLY: 'monthly' } as const;

export function WhenStep({ draft, set, errors }: StepProps) {
  const { t } = useTranslation('campaigns');
  const itself = draft.when === 'trigger';
  return (
    <Stack maw={640}>
      {itself ? (
        <Flow draft={draft} set={set} errors={errors} />
      ) : (
        <Planned draft={draft} set={set} errors={errors} />
      )}
      <Radio.Group
        label={t('wizard.hour')}
        value={draft.bestTime ? 'best' : 'planned'}
        onChange={(value) => set({ bestTime: value === 'best' })}
        error={errors['sendTime']}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="planned" label={t(itself ? 'wizard.hourStarted' : 'wizard.hourPlanned')} />
          <Radio value="best" label={t('wizard.hourBest')} description={t('wizard.hourBestHint')} />
        </Stack>
      </Radio.Group>
      <Priority draft={draft} set={set} errors={errors} />
      <TextInput
        type="datetime-local"
        label={t('wizard.offerUntil')}
        description={t('wizard.offerUntilHint')}
        maw={320}
        value={draft.offerUntil}
        onChange={(event) => set({ offerUntil: event.currentTarget.value })}
        error={errors['offerUntil']}
      />
      <NumberInput
        label={t('wizard.conversion')}
        description={t('wizard.conversionHint')}
        min={0}
        max={90}
        w={260}
        value={draft.conversionDays}
        onChange={(days) => set({ conversionDays: typeof days === 'number' ? days : 0 })}
        error={errors['conversionDays']}
      />
    </Stack>
  );
}

/** Numbers the API takes; any other, set there, stays as it is. */
const PRIORITIES = { low: -10, normal: 0, high: 10 } as const;

function Priority({ draft, set, errors }: StepProps) {
  const { t } = useTranslation('campaigns');
  const known = Object.entries(PRIORITIES) as [keyof typeof PRIORITIES, number][];
  const other = known.every(([, value]) => value !== draft.priority);
  return (
    <Select
      label={t('wizard.priority')}
      description={t('wizard.priorityHint')}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      allowDeselect={false}
      data={[
        ...known.map(([name, value]) => ({ value: String(value), label: t(`wizard.priorities.${name}`) })),
        ...(other
          ? [
              {
                value: String(draft.priority),
                label: t('wizard.priorities.other', { value: draft.priority }),
              },
            ]
          : []),
      ]}
      value={String(draft.priority)}
      onChange={(value) => set({ priority: Number(value) })}
      error={errors['priority']}
    />
  );
}

function Flow({ draft, set, errors }: StepProps) {
  return (
    <>
      <Sentence trigger={draft.trigger} segmentId={draft.segmentId} />
      <FlowFields
        trigger={draft.trigger}
        set={(change) => set({ trigger: { ...draft.trigger, ...change } })}
        errorAt={(path) => errors[`trigger.${path}`]}
        segmentId={draft.segmentId}
      />
    </>
  );
}

function Planned({ draft, set, errors }: StepProps) {
  const { t } = useTranslation('campaigns');
  return (
    <>
      <Radio.Group
        label={t('wizard.schedule')}
        value={draft.when}
        onChange={(when) => set({ when: when })}
        error={errors['schedule']}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="now" label={t('wizard.now')} />
          <Radio value="at" label={t('wizard.at')} />
          <Radio value="rrule" label={t('wizard.repeat')} />
        </Stack>
      </Radio.Group>
      {draft.when === 'at' && (
        <TextInput
          type="datetime-local"
          label={t('wizard.atLabel')}
          value={draft.at}
          onChange={(event) => set({ at: event.currentTarget.value })}
          error={errors['schedule.at']}
        />
      )}
      {draft.when === 'rrule' && <Repeat draft={draft} set={set} errors={errors} />}
    </>
  );
}

function Repeat({ draft, set, errors }: StepProps) {
  const { t } = useTranslation('campaigns');
  return (
    <>
      <Select
        label={t('wizard.every')}
        allowDeselect={false}
        data={EVERY.map((value) => ({ value, label: t(`wizard.${EVERY_WORDS[value]}`) }))}
        value={draft.every}
        onChange={(every) => every !== null && set({ every: every })}
        error={errors['schedule.rule']}
      />
      {draft.every === 'WEEKLY' && (
        <Input.Wrapper label={t('wizard.days')} labelElement="div">
          <Chip.Group multiple value={draft.days} onChange={(days) => set({ days })}>
            <Group gap={6} mt={4} role="group" aria-label={t('wizard.days')}>
              {WEEKDAYS.map((day, index) => (
                <Chip key={day} value={day} size="sm">
                  {dayName(index)}
                </Chip>
              ))}
            </Group>
          </Chip.Group>
        </Input.Wrapper>
      )}
      <Group grow align="flex-start">
        <TextInput
          type="datetime-local"
          label={t('wizard.start')}
          value={draft.start}
          onChange={(event) => set({ start: event.currentTarget.value })}
          error={errors['schedule.start']}
        />
        <Select
          label={t('wizard.zone')}
          searchable
          allowDeselect={false}
          data={zones(draft.timeZone)}
          value={draft.timeZone}
          onChange={(timeZone) => timeZone !== null && set({ timeZone })}
          error={errors['schedule.timeZone']}
        />
      </Group>
    </>
  );
}

const zones = (current: string): string[] => [
  ...new Set([current, 'UTC', ...Intl.supportedValuesOf('timeZone')]),
];
