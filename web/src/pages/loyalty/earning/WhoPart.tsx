import {
  Checkbox,
  Chip,
  Group,
  Input,
  SimpleGrid,
  Stack,
  Switch,
  TagsInput,
  Text,
  TextInput,
} from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { segments } from '../../../api/segments.ts';
import { categories, ladders } from '../../../api/standing.ts';
import { currencyDigits } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { Section } from '../../../ui/Section.tsx';
import { Add, Num, Row, Several } from './fields.tsx';
import { freshMultiplier, freshWeek, ORDER_KINDS } from './form.ts';
import type { RuleForm, ScheduleFields } from './form.ts';
import { GoodsFields } from './WhatPart.tsx';
import { weekday } from './words.ts';

type Props = { form: RuleForm; programId: string; currency: string };
const MANY = 200;
const DAYS = [1, 2, 3, 4, 5, 6, 7];

/** Who earns, and when. */
export function WhoPart({ form, programId, currency }: Props) {
  const { t } = useTranslation('earning');
  const orders = ORDER_KINDS.includes(form.values.earns.type);
  return (
    <Section title={t('form.who')} hint={t('form.whoHint')}>
      <Stack gap="md">
        <WhoFields form={form} path="conditions" programId={programId} not />
        {orders && (
          <>
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" style={{ alignItems: 'end' }}>
              <Num
                form={form}
                path="conditions.minAmountMinor"
                label={t('form.least')}
                unit={currency}
                decimals={currencyDigits(currency)}
                placeholder={t('form.noLeast')}
              />
              <TagsInput
                label={t('form.channels')}
                placeholder={form.values.conditions.channels.length === 0 ? t('form.anyChannel') : ''}
                {...form.getInputProps('conditions.channels')}
              />
            </SimpleGrid>
            <Checkbox
              label={t('form.firstOrder')}
              {...form.getInputProps('conditions.firstOrder', { type: 'checkbox' })}
            />
          </>
        )}
        <ScheduleFieldsOf form={form} path="conditions.schedule" value={form.values.conditions.schedule} />
      </Stack>
    </Section>
  );
}

/** What an order or event is worth more by. */
export function MultipliersPart({ form, programId }: Pick<Props, 'form' | 'programId'>) {
  const { t } = useTranslation('earning');
  const { multipliers, earns, tierFactor } = form.values;
  return (
    <Section title={t('form.multipliers')} hint={t('form.multipliersHint')}>
      <Stack gap="md">
        <Switch label={t('form.tierFactor')} {...form.getInputProps('tierFactor', { type: 'checkbox' })} />
        {multipliers.map(({ key, schedule }, i) => (
          <Row
            key={key}
            title={t('form.multiplier', { place: i + 1 })}
            onRemove={() => form.removeListItem('multipliers', i)}
          >
            <Num form={form} path={`multipliers.${i}.factor`} label={t('form.factor')} decimals={3} />
            <WhoFields form={form} path={`multipliers.${i}`} programId={programId} />
            {ORDER_KINDS.includes(earns.type) && <GoodsFields form={form} path={`multipliers.${i}.scope`} />}
            <ScheduleFieldsOf form={form} path={`multipliers.${i}.schedule`} value={schedule} />
          </Row>
        ))}
        <Add
          label={t('form.addMultiplier')}
          onAdd={() => form.insertListItem('multipliers', freshMultiplier())}
        />
        {multipliers.length + Number(tierFactor) > 1 && (
          <Switch
            label={t('form.product')}
            checked={form.values.multiply === 'product'}
            onChange={({ currentTarget }) =>
              form.setFieldValue('multiply', currentTarget.checked ? 'product' : 'best')
            }
          />
        )}
      </Stack>
    </Section>
  );
}

function WhoFields(props: { form: RuleForm; path: string; programId: string; not?: boolean }) {
  const { t } = useTranslation('earning');
  const { form, path } = props;
  const { data: ladder } = useQuery(ladders.ofProgram(props.programId));
  const { data: people = [] } = useQuery(categories.all);
  const { rows: found = [] } = useList(segments.list(MANY));
  const none = t('form.anybody');
  return (
    <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" style={{ alignItems: 'start' }}>
      <Several
        form={form}
        path={`${path}.tiers`}
        label={t('form.tiers')}
        options={ladder?.tiers ?? []}
        none={none}
      />
      <Several form={form} path={`${path}.segments`} label={t('form.segments')} options={found} none={none} />
      <Several
        form={form}
        path={`${path}.personCategories`}
        label={t('form.people')}
        options={people}
        none={none}
      />
      {props.not === true && (
        <Several
          form={form}
          path={`${path}.notSegments`}
          label={t('form.notSegments')}
          options={found}
          none={t('form.nobody')}
        />
      )}
    </SimpleGrid>
  );
}

function ScheduleFieldsOf({ form, path, value }: { form: RuleForm; path: string; value: ScheduleFields }) {
  const { t } = useTranslation('earning');
  return (
    <Stack gap="sm">
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" style={{ alignItems: 'end' }}>
        <TextInput type="datetime-local" label={t('form.from')} {...form.getInputProps(`${path}.from`)} />
        <TextInput type="datetime-local" label={t('form.until')} {...form.getInputProps(`${path}.until`)} />
      </SimpleGrid>
      {value.weekly.map(({ key }, i) => (
        <Row
          key={key}
          title={t('form.hours', { place: i + 1 })}
          onRemove={() => form.removeListItem(`${path}.weekly`, i)}
        >
          <Week form={form} path={`${path}.weekly.${i}`} />
        </Row>
      ))}
      <Add label={t('form.addHours')} onAdd={() => form.insertListItem(`${path}.weekly`, freshWeek())} />
    </Stack>
  );
}

function Week({ form, path }: { form: RuleForm; path: string }) {
  const { t } = useTranslation('earning');
  const days = form.getInputProps(`${path}.days`) as {
    error?: string;
    value: string[];
    onChange: (days: string[]) => void;
  };
  return (
    <>
      <Input.Wrapper label={t('form.days')} error={days.error}>
        <Chip.Group multiple value={days.value} onChange={days.onChange}>
          <Group gap={6} mt={4}>
            {DAYS.map((day) => (
              <Chip key={day} size="xs" value={String(day)} aria-label={weekday(day, 'long')}>
                {weekday(day)}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
      </Input.Wrapper>
      <SimpleGrid cols={2} spacing="md">
        <TextInput label={t('form.fromTime')} placeholder="00:00" {...form.getInputProps(`${path}.from`)} />
        <TextInput label={t('form.toTime')} placeholder="24:00" {...form.getInputProps(`${path}.to`)} />
      </SimpleGrid>
      <Text size="xs" c="dimmed">
        {t('form.hoursHint')}
      </Text>
    </>
  );
}
