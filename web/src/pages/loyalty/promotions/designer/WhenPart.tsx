import { Chip, Group, Input } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { nthWord, weekdayName } from '../words.ts';
import type { Form } from './fields.tsx';
import { Choice, Fields, Num, Part, Words } from './fields.tsx';
import { NTHS, WEEKDAYS } from './form.ts';
import { Add, Row } from './Rows.tsx';

const DAYS = [1, 2, 3, 4, 5, 6, 7];
const MAX_HOURS = 168;

/** Dates, hours of the week, and days that come again. */
export function WhenPart({ form }: { form: Form }) {
  const { t } = useTranslation('promotions');
  const { weekly, timeZone } = form.values.conditions.schedule;
  return (
    <Part title={t('whenPart.title')} hint={t('whenPart.hint')}>
      <Fields>
        <Words
          form={form}
          path="conditions.schedule.from"
          type="datetime-local"
          label={t('whenPart.from')}
          hint={t('whenPart.fromHint')}
        />
        <Words
          form={form}
          path="conditions.schedule.until"
          type="datetime-local"
          label={t('whenPart.until')}
          hint={t('whenPart.untilHint')}
        />
      </Fields>
      {weekly.map((_, i) => (
        <Hours key={i} form={form} index={i} />
      ))}
      <Add
        label={t('whenPart.addHours')}
        onAdd={() =>
          form.insertListItem('conditions.schedule.weekly', { days: ['6', '7'], from: '00:00', to: '24:00' })
        }
      />
      <Recurring form={form} />
      {(weekly.length > 0 || form.values.conditions.schedule.recurring.kind !== 'none') && (
        <Fields>
          <Words
            form={form}
            path="conditions.schedule.timeZone"
            label={t('whenPart.zone')}
            hint={t('whenPart.zoneHint', { zone: timeZone })}
          />
        </Fields>
      )}
    </Part>
  );
}

function Hours({ form, index }: { form: Form; index: number }) {
  const { t } = useTranslation('promotions');
  const path = `conditions.schedule.weekly.${index}`;
  const days = form.getInputProps(`${path}.days`) as {
    value: string[];
    onChange: (days: string[]) => void;
    error?: string;
  };
  return (
    <Row title={t('whenPart.hours')} remove={() => form.removeListItem('conditions.schedule.weekly', index)}>
      <Input.Wrapper label={t('whenPart.days')} error={days.error}>
        <Chip.Group multiple value={days.value} onChange={days.onChange}>
          <Group gap={6}>
            {DAYS.map((day) => (
              <Chip key={day} value={String(day)} size="xs">
                {weekdayName(day)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
      <Fields>
        <Words form={form} path={`${path}.from`} label={t('whenPart.opens')} placeholder="09:00" />
        <Words
          form={form}
          path={`${path}.to`}
          label={t('whenPart.closes')}
          hint={t('whenPart.closesHint')}
          placeholder="18:00"
        />
      </Fields>
    </Row>
  );
}

function Recurring({ form }: { form: Form }) {
  const { t } = useTranslation('promotions');
  const { kind } = form.values.conditions.schedule.recurring;
  const at = (field: string): string => `conditions.schedule.recurring.${field}`;
  return (
    <Fields>
      <Choice
        form={form}
        path={at('kind')}
        label={t('whenPart.recurring')}
        kinds={['none', 'monthDay', 'weekday', 'yearly', 'custom'] as const}
        words={(one) => t(`recurring.${one}`)}
      />
      {kind === 'monthDay' && <Num form={form} path={at('day')} label={t('whenPart.day')} min={1} max={31} />}
      {kind === 'weekday' && (
        <>
          <Choice
            form={form}
            path={at('nth')}
            label={t('whenPart.nth')}
            kinds={NTHS}
            words={(one) => t(`nth.${nthWord(one)}`)}
          />
          <Choice
            form={form}
            path={at('weekday')}
            label={t('whenPart.weekday')}
            kinds={WEEKDAYS}
            words={(one) => weekdayName(WEEKDAYS.indexOf(one) + 1, 'long')}
          />
        </>
      )}
      {kind === 'custom' && (
        <Words
          form={form}
          path={at('rule')}
          label={t('whenPart.rule')}
          hint={t('whenPart.ruleHint')}
          placeholder="FREQ=WEEKLY;INTERVAL=2;BYDAY=SA"
        />
      )}
      {kind !== 'none' && (
        <>
          <Words
            form={form}
            path={at('date')}
            type="date"
            label={t(kind === 'yearly' ? 'whenPart.date' : 'whenPart.first')}
          />
          <Words form={form} path={at('time')} type="time" label={t('whenPart.time')} />
          <Num
            form={form}
            path={at('hours')}
            label={t('whenPart.lasts')}
            min={0}
            max={MAX_HOURS}
            decimals={2}
          />
        </>
      )}
    </Fields>
  );
}
