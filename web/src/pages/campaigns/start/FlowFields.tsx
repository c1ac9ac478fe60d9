import { Checkbox, Group, Input, NumberInput, Select, Stack, TagsInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { campaigns } from '../../../api/campaigns.ts';
import type { TriggerProps } from './AtField.tsx';
import { isDated, MAX_CANCEL_EVENTS, UNITS } from './model.ts';

const REENTRIES = ['always', 'once', 'after'] as const;

/** What follows a start: how long it waits, what makes it pointless, how often one person may get it. */
export function FlowFields({
  trigger,
  set,
  errorAt,
  segmentId,
}: TriggerProps & { segmentId: string | null }) {
  const { t } = useTranslation('starts');
  const still = trigger.type === 'segment' ? trigger.move : segmentId === null ? null : 'own';
  const seen = useQuery(campaigns.eventNames);
  return (
    <Stack>
      {(!isDated(trigger) || trigger.delay > 0) && (
        <Group align="flex-start">
          <NumberInput
            label={t('delay')}
            description={t('delayHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            w={160}
            min={0}
            value={trigger.delay}
            onChange={(delay) => set({ delay: typeof delay === 'number' ? delay : 0 })}
            error={errorAt('delayMinutes')}
          />
          <Select
            aria-label={t('unit')}
            mt={25}
            w={130}
            allowDeselect={false}
            data={UNITS.map((value) => ({ value, label: t(`units.${value}`) }))}
            value={trigger.unit}
            onChange={(unit) => unit !== null && set({ unit })}
          />
        </Group>
      )}
      <Group align="flex-start">
        <Select
          label={t('reentry')}
          flex={1}
          miw={240}
          allowDeselect={false}
          data={REENTRIES.map((value) => ({ value, label: t(`reentries.${value}`) }))}
          value={trigger.reentry}
          onChange={(reentry) => reentry !== null && set({ reentry })}
          error={errorAt('reentry')}
        />
        {trigger.reentry === 'after' && (
          <NumberInput
            label={t('reentryDays')}
            w={130}
            min={1}
            max={3650}
            value={trigger.reentryDays}
            onChange={(days) => set({ reentryDays: typeof days === 'number' ? days : 1 })}
            error={errorAt('reentry.days')}
          />
        )}
      </Group>
      <Input.Wrapper label={t('pointless')} labelElement="div" error={errorAt('cancelOn')}>
        <Stack gap="xs" mt={4} role="group" aria-label={t('pointless')}>
          <Checkbox
            label={t('cancelOrder')}
            checked={trigger.cancelOrder}
            onChange={(event) => set({ cancelOrder: event.currentTarget.checked })}
          />
          {still !== null && (
            <Checkbox
              label={t(`stillIn.${still}`)}
              checked={trigger.stillIn}
              onChange={(event) => set({ stillIn: event.currentTarget.checked })}
              error={errorAt('stillIn')}
            />
          )}
          <TagsInput
            label={t('cancelEvents')}
            clearable
            maxTags={MAX_CANCEL_EVENTS}
            data={seen.data ?? []}
            maxDropdownHeight={260}
            value={trigger.cancelEvents}
            onChange={(cancelEvents) => set({ cancelEvents })}
          />
        </Stack>
      </Input.Wrapper>
    </Stack>
  );
}
