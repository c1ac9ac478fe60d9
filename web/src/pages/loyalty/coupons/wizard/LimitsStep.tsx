import {
  ActionIcon,
  Button,
  Chip,
  Fieldset,
  Group,
  Radio,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { weekdayName } from '../offerWords.ts';
import type { Hours, Unit } from './draft.ts';
import { newHours, UNITS } from './draft.ts';
import type { StepProps } from './fields.tsx';
import { MoneyField, NumberField, Pair } from './fields.tsx';

const WEEK = [1, 2, 3, 4, 5, 6, 7] as const;

/** How often, for how much money, how long, and what a return does. */
export function LimitsStep(props: StepProps) {
  return (
    <Stack gap="lg">
      <HowOften {...props} />
      <HowLong {...props} />
      <Weekly {...props} />
      <Returns {...props} />
    </Stack>
  );
}

function HowOften({ draft, set, wrong }: StepProps) {
  const { t } = useTranslation('couponWizard');
  const whole = { min: 1, allowDecimal: false, placeholder: t('noBound') };
  return (
    <Fieldset legend={t('limits.uses')}>
      <Pair>
        <NumberField
          {...whole}
          label={t('limits.total')}
          value={draft.total}
          error={wrong('limits.total')}
          onChange={(total) => set({ total })}
        />
        <NumberField
          {...whole}
          label={t('limits.perContact')}
          description={t('limits.perContactHint')}
          value={draft.perContact}
          error={wrong('limits.perContact')}
          onChange={(perContact) => set({ perContact })}
        />
        <PerUnit
          label={t('limits.perPeriod')}
          value={draft.perPeriod}
          unit={draft.periodUnit}
          error={wrong('limits.perPeriod.uses', 'limits.perPeriod')}
          onChange={(perPeriod) => set({ perPeriod })}
          onUnit={(periodUnit) => set({ periodUnit })}
        />
        <PerUnit
          label={t('limits.perContactPeriod')}
          value={draft.perContactPeriod}
          unit={draft.contactUnit}
          error={wrong('limits.perContactPeriod.uses', 'limits.perContactPeriod')}
          onChange={(perContactPeriod) => set({ perContactPeriod })}
          onUnit={(contactUnit) => set({ contactUnit })}
        />
        <MoneyField
          label={t('limits.budget')}
          description={t('limits.budgetHint')}
          placeholder={t('noBound')}
          currency={draft.currency}
          value={draft.budget}
          error={wrong('budgetMinor')}
          onChange={(budget) => set({ budget })}
        />
      </Pair>
    </Fieldset>
  );
}

function PerUnit(props: {
  label: string;
  value: number | '';
  unit: Unit;
  error: string | undefined;
  onChange: (value: number | '') => void;
  onUnit: (unit: Unit) => void;
}) {
  const { t } = useTranslation('couponWizard');
  return (
    <SimpleGrid cols={2} spacing="xs" style={{ alignItems: 'end' }}>
      <NumberField
        label={props.label}
        placeholder={t('noBound')}
        min={1}
        allowDecimal={false}
        value={props.value}
        error={props.error}
        onChange={props.onChange}
      />
      <Select
        aria-label={`${props.label}: ${t('limits.unit')}`}
        allowDeselect={false}
        data={UNITS.map((value) => ({ value, label: t(`limits.units.${value}`) }))}
        value={props.unit}
        onChange={(value) => props.onUnit(UNITS.find((one) => one === value) ?? 'day')}
      />
    </SimpleGrid>
  );
}

function HowLong({ draft, set, wrong }: StepProps) {
  const { t } = useTranslation('couponWizard');
  return (
    <Fieldset legend={t('limits.time')}>
      <Pair>
        <TextInput
          type="datetime-local"
          label={t('limits.from')}
          value={draft.validFrom}
          error={wrong('validFrom')}
          onChange={(event) => set({ validFrom: event.currentTarget.value })}
        />
        <TextInput
          type="datetime-local"
          label={t('limits.until')}
          value={draft.validUntil}
          error={wrong('validUntil')}
          onChange={(event) => set({ validUntil: event.currentTarget.value })}
        />
        {draft.codeKind === 'unique' && (
          <NumberField
            label={t('limits.days')}
            description={t('limits.daysHint')}
            placeholder={t('noBound')}
            min={1}
            max={3_650}
            allowDecimal={false}
            value={draft.validDays}
            error={wrong('validDays')}
            onChange={(validDays) => set({ validDays })}
          />
        )}
      </Pair>
    </Fieldset>
  );
}

/** Hours of the week in which codes work; none named: always. */
function Weekly({ draft, set, wrong }: StepProps) {
  const { t } = useTranslation('couponWizard');
  const change = (hours: Hours) =>
    set({ weekly: draft.weekly.map((one) => (one.key === hours.key ? hours : one)) });
  return (
    <Fieldset legend={t('limits.weekly')}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {draft.weekly.length === 0 ? t('limits.always') : t('limits.weeklyHint', { zone: draft.timeZone })}
        </Text>
        {draft.weekly.map((hours, index) => (
          <Group key={hours.key} gap="sm" align="flex-end">
            <Chip.Group
              multiple
              value={hours.days.map(String)}
              onChange={(days) => change({ ...hours, days: days.map(Number).toSorted((a, b) => a - b) })}
            >
              <Group gap={4} role="group" aria-label={t('limits.weekDays', { place: index + 1 })}>
                {WEEK.map((day) => (
                  <Chip key={day} size="xs" value={String(day)}>
                    {weekdayName(day)}
                  </Chip>
                ))}
              </Group>
            </Chip.Group>
            <TextInput
              size="xs"
              type="time"
              label={t('limits.hourFrom')}
              value={hours.from}
              error={wrong(`conditions.schedule.weekly.${index}.from`)}
              onChange={(event) => change({ ...hours, from: event.currentTarget.value })}
            />
            <TextInput
              size="xs"
              type="time"
              label={t('limits.hourTo')}
              value={hours.to === '24:00' ? '00:00' : hours.to}
              error={wrong(
                `conditions.schedule.weekly.${index}.to`,
                `conditions.schedule.weekly.${index}.days`,
              )}
              onChange={(event) => {
                const to = event.currentTarget.value;
                // A day ends at midnight, which a field of time knows only as its beginning.
                change({ ...hours, to: to === '00:00' ? '24:00' : to });
              }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('limits.removeHours', { place: index + 1 })}
              onClick={() => set({ weekly: draft.weekly.filter(({ key }) => key !== hours.key) })}
            >
              <IconX size={16} />
            </ActionIcon>
          </Group>
        ))}
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={15} />}
            onClick={() => set({ weekly: [...draft.weekly, newHours()] })}
          >
            {t('limits.addHours')}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}

function Returns({ draft, set }: StepProps) {
  const { t } = useTranslation('couponWizard');
  return (
    <Fieldset legend={t('limits.returns')}>
      <Radio.Group
        aria-label={t('limits.returns')}
        value={draft.onReturn}
        onChange={(value) => set({ onReturn: value === 'give_back' ? 'give_back' : 'keep' })}
      >
        <Stack gap="xs">
          {(['keep', 'give_back'] as const).map((value) => (
            <Radio
              key={value}
              value={value}
              label={t(`limits.onReturn.${value}`)}
              description={t(`limits.onReturnHints.${value}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
    </Fieldset>
  );
}
