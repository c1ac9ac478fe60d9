import { ActionIcon, Button, Fieldset, Group, Select, SimpleGrid, Stack } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { locale } from '../../../../i18n/index.ts';
import { percentSuffix } from '../../../../lib/format.ts';
import type { SetItem, Step } from './effect.ts';
import { GAINS, newItem, newStep } from './effect.ts';
import type { EffectProps } from './fields.tsx';
import { CategoriesField, MoneyField, NumberField, Pair, ProductsField } from './fields.tsx';

const COUNTS = ['line', 'product', 'scope'] as const;

/** Steps of a ladder: from so much, so much off. */
export function StepFields({ effect, put, currency, wrong }: EffectProps) {
  const { t } = useTranslation('couponWizard');
  const volume = effect.type === 'volume_ladder';
  const change = (step: Step) =>
    put({ steps: effect.steps.map((one) => (one.key === step.key ? step : one)) });
  return (
    <Stack gap="md">
      {effect.steps.map((step, index) => (
        <Fieldset key={step.key} legend={t('give.step', { place: index + 1 })}>
          <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md" style={{ alignItems: 'end' }}>
            {volume ? (
              <NumberField
                label={t('give.fromQuantity')}
                decimalScale={3}
                value={step.from}
                error={wrong(`effect.steps.${index}.fromQuantity`)}
                onChange={(from) => change({ ...step, from })}
              />
            ) : (
              <MoneyField
                label={t('give.fromMoney')}
                currency={currency}
                value={step.from}
                error={wrong(`effect.steps.${index}.fromMinor`)}
                onChange={(from) => change({ ...step, from })}
              />
            )}
            <Select
              label={t('give.gain')}
              allowDeselect={false}
              data={GAINS.filter((gain) => volume || gain !== 'price').map((value) => ({
                value,
                label: t(`give.gains.${value}`),
              }))}
              value={step.gain}
              onChange={(value) => change({ ...step, gain: GAINS.find((one) => one === value) ?? 'percent' })}
            />
            <Group gap="xs" align="flex-end" wrap="nowrap">
              <GainValue
                gain={step.gain}
                value={step.value}
                currency={currency}
                error={wrong(
                  `effect.steps.${index}.percent`,
                  `effect.steps.${index}.amountMinor`,
                  `effect.steps.${index}.unitPrice`,
                  `effect.steps.${index}`,
                )}
                onChange={(value) => change({ ...step, value })}
              />
              {effect.steps.length > 1 && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  mb={6}
                  aria-label={t('give.removeStep', { place: index + 1 })}
                  onClick={() => put({ steps: effect.steps.filter(({ key }) => key !== step.key) })}
                >
                  <IconX size={16} />
                </ActionIcon>
              )}
            </Group>
          </SimpleGrid>
        </Fieldset>
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={15} />}
          onClick={() => put({ steps: [...effect.steps, newStep()] })}
        >
          {t('give.addStep')}
        </Button>
      </Group>
      {volume && (
        <Pair>
          <Select
            label={t('give.count')}
            allowDeselect={false}
            data={COUNTS.map((value) => ({ value, label: t(`give.counts.${value}`) }))}
            value={effect.count}
            onChange={(value) => put({ count: COUNTS.find((one) => one === value) ?? 'line' })}
          />
        </Pair>
      )}
    </Stack>
  );
}

function GainValue(props: {
  gain: Step['gain'];
  value: Step['value'];
  currency: string;
  error: string | undefined;
  onChange: (value: Step['value']) => void;
}) {
  const { t } = useTranslation('couponWizard');
  const { gain, currency, ...rest } = props;
  const label = t('give.value');
  return gain === 'percent' ? (
    <NumberField
      flex={1}
      label={label}
      max={100}
      decimalScale={3}
      suffix={percentSuffix(locale())}
      {...rest}
    />
  ) : (
    <MoneyField flex={1} label={label} currency={currency} {...rest} />
  );
}

/** Goods that together make a set, and what the set costs. */
export function SetFields({ effect, put, currency, wrong }: EffectProps) {
  const { t } = useTranslation('couponWizard');
  const change = (item: SetItem) =>
    put({ items: effect.items.map((one) => (one.key === item.key ? item : one)) });
  return (
    <Stack gap="md">
      {effect.items.map((item, index) => (
        <Fieldset key={item.key} legend={t('give.item', { place: index + 1 })}>
          <Stack gap="sm">
            <ProductsField
              label={t('conditions.products')}
              value={item.products}
              error={wrong(`effect.items.${index}.scope.products`)}
              onChange={(products) => change({ ...item, products })}
            />
            <CategoriesField
              label={t('conditions.categories')}
              value={item.categories}
              onChange={(categories) => change({ ...item, categories })}
            />
            <Group gap="xs" align="flex-end">
              <NumberField
                label={t('give.quantity')}
                min={1}
                allowDecimal={false}
                value={item.quantity}
                error={wrong(`effect.items.${index}.quantity`)}
                onChange={(quantity) => change({ ...item, quantity })}
              />
              {effect.items.length > 1 && (
                <Button
                  variant="subtle"
                  color="gray"
                  aria-label={t('give.removeItem', { place: index + 1 })}
                  onClick={() => put({ items: effect.items.filter(({ key }) => key !== item.key) })}
                >
                  <IconX size={16} />
                </Button>
              )}
            </Group>
          </Stack>
        </Fieldset>
      ))}
      <Group>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={15} />}
          onClick={() => put({ items: [...effect.items, newItem()] })}
        >
          {t('give.addItem')}
        </Button>
      </Group>
      <Pair>
        <Select
          label={t('give.setGain')}
          allowDeselect={false}
          data={GAINS.map((value) => ({ value, label: t(`give.setGains.${value}`) }))}
          value={effect.setGain}
          onChange={(value) => put({ setGain: GAINS.find((one) => one === value) ?? 'price' })}
        />
        <GainValue
          gain={effect.setGain}
          value={effect.setValue}
          currency={currency}
          error={wrong('effect.priceMinor', 'effect.amountMinor', 'effect.percent', 'effect')}
          onChange={(setValue) => put({ setValue })}
        />
      </Pair>
      <Times effect={effect} put={put} wrong={wrong} />
    </Stack>
  );
}

export function Times({ effect, put, wrong }: Pick<EffectProps, 'effect' | 'put' | 'wrong'>) {
  const { t } = useTranslation('couponWizard');
  return (
    <Pair>
      <NumberField
        label={t('give.maxTimes')}
        placeholder={t('noBound')}
        min={1}
        allowDecimal={false}
        value={effect.maxTimes}
        error={wrong('effect.maxTimes')}
        onChange={(maxTimes) => put({ maxTimes })}
      />
    </Pair>
  );
}
