import { NumberInput, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Section } from '../../../ui/Section.tsx';
import { Add, Choice, Num, Row } from './fields.tsx';
import type { RuleForm } from './form.ts';
import { freshPeriod, ORDER_KINDS } from './form.ts';

const PERIODS = ['day', 'week', 'month', 'year', 'ever'] as const;

/** How much one member earns by it at most, and beside other rules. */
export function LimitsPart({ form }: { form: RuleForm }) {
  const { t } = useTranslation('earning');
  const { caps, earns } = form.values;
  const none = t('form.noLimit');
  return (
    <Section title={t('form.limits')} hint={t('form.limitsHint')}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" style={{ alignItems: 'end' }}>
          {ORDER_KINDS.includes(earns.type) && (
            <Num form={form} path="caps.perOrder" label={t('form.perOrder')} placeholder={none} min={1} />
          )}
          <Num form={form} path="caps.balance" label={t('form.balance')} placeholder={none} min={1} />
        </SimpleGrid>
        {caps.periods.map(({ key }, i) => (
          <Row
            key={key}
            title={t('form.period', { place: i + 1 })}
            onRemove={() => form.removeListItem('caps.periods', i)}
          >
            <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm" style={{ alignItems: 'end' }}>
              <Choice
                form={form}
                path={`caps.periods.${i}.per`}
                label={t('form.in')}
                kinds={PERIODS}
                words={(per) => t(`form.per${per}`)}
              />
              <Num
                form={form}
                path={`caps.periods.${i}.points`}
                label={t('form.mostPoints')}
                placeholder={none}
              />
              <Num
                form={form}
                path={`caps.periods.${i}.times`}
                label={t('form.mostTimes')}
                placeholder={none}
              />
            </SimpleGrid>
          </Row>
        ))}
        {caps.periods.length < PERIODS.length && (
          <Add label={t('form.addPeriod')} onAdd={() => form.insertListItem('caps.periods', freshPeriod())} />
        )}
        <Choice
          form={form}
          path="combine"
          label={t('form.combine')}
          kinds={['sum', 'best'] as const}
          words={(kind) => t(`form.combineKind.${kind}`)}
        />
      </Stack>
    </Section>
  );
}

/** When the points can be spent, and what earns none. */
export function TermsPart({ form }: { form: RuleForm }) {
  const { t } = useTranslation('earning');
  const { pending, earns } = form.values;
  const orders = ORDER_KINDS.includes(earns.type);
  return (
    <Section title={t('form.terms')} hint={t('form.termsHint')}>
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="md" style={{ alignItems: 'end' }}>
          <Choice
            form={form}
            path="pending.kind"
            label={t('form.pending')}
            kinds={['program', 'days', 'until', 'event'] as const}
            words={(kind) => t(`form.pendingKind.${kind}`)}
          />
          {pending.kind === 'days' && <Num form={form} path="pending.days" label={t('form.pendingDays')} />}
          {pending.kind === 'until' && (
            <TextInput type="date" label={t('form.pendingDate')} {...form.getInputProps('pending.date')} />
          )}
          {pending.kind === 'event' && (
            <TextInput label={t('form.pendingEvent')} {...form.getInputProps('pending.event')} />
          )}
          {pending.kind === 'event' && (
            <NumberInput
              label={t('form.pendingMax')}
              placeholder={t('form.noLimit')}
              min={1}
              {...form.getInputProps('pending.maxDays')}
            />
          )}
        </SimpleGrid>
        {orders && (
          <>
            <Choice
              form={form}
              path="earnOnPointsPart"
              label={t('form.pointsPart')}
              kinds={['program', 'no', 'yes'] as const}
              words={(kind) => t(`form.pointsPartKind.${kind}`)}
            />
            <Choice
              form={form}
              path="rounding"
              label={t('form.rounding')}
              kinds={['down', 'half_up', 'half_even', 'up'] as const}
              words={(kind) => t(`form.roundingKind.${kind}`)}
            />
            <Switch
              label={t('form.excludePromo')}
              {...form.getInputProps('excludePromo', { type: 'checkbox' })}
            />
            <Switch
              label={t('form.historical')}
              description={t('form.historicalHint')}
              {...form.getInputProps('historical', { type: 'checkbox' })}
            />
          </>
        )}
      </Stack>
    </Section>
  );
}
