import { ActionIcon, Button, Group, Paper, Stack, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { currencyDigits } from '../../../../lib/format.ts';
import type { Form } from './fields.tsx';
import { Choice, Fields, MaxTimes, Num } from './fields.tsx';
import type { GainKind } from './form.ts';
import { emptyScope } from './form.ts';
import { ScopeFields } from './Scope.tsx';

type Props = { form: Form; currency: string };

/** The API's own bounds. */
const MAX_STEPS = 50;
const MAX_ITEMS = 20;

/** One of several like parts, with a way to take it out. */
export function Row(props: { title: string; remove: (() => void) | undefined; children: ReactNode }) {
  const { t } = useTranslation('promotions');
  return (
    <Paper p="sm">
      <Group justify="space-between" mb={6} wrap="nowrap">
        <Text size="sm" fw={600}>
          {props.title}
        </Text>
        {props.remove !== undefined && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('rows.remove', { title: props.title })}
            onClick={props.remove}
          >
            <IconTrash size={16} />
          </ActionIcon>
        )}
      </Group>
      <Stack gap="sm">{props.children}</Stack>
    </Paper>
  );
}

export const Add = (props: { label: string; onAdd: () => void; disabled?: boolean }) => (
  <Group>
    <Button
      size="xs"
      variant="default"
      leftSection={<IconPlus size={15} />}
      disabled={props.disabled ?? false}
      onClick={props.onAdd}
    >
      {props.label}
    </Button>
  </Group>
);

/** Steps by quantity, or by the amount spent. */
export function Ladder({ form, currency }: Props) {
  const { t } = useTranslation('promotions');
  const { effect } = form.values;
  const volume = effect.type === 'volume_ladder';
  const digits = currencyDigits(currency);
  const kinds: readonly GainKind[] = volume
    ? ['percent', 'amountMinor', 'unitPrice']
    : ['percent', 'amountMinor'];
  return (
    <>
      {volume && (
        <Fields>
          <Choice
            form={form}
            path="effect.count"
            label={t('what.count')}
            kinds={['line', 'product', 'scope'] as const}
            words={(kind) => t(`count.${kind}`)}
          />
          <Choice
            form={form}
            path="effect.applies"
            label={t('what.applies')}
            kinds={['all', 'above'] as const}
            words={(kind) => t(`applies.${kind}`)}
          />
        </Fields>
      )}
      {effect.steps.map(({ gain }, i) => (
        // Steps have no names: their place is who they are.
        <Row
          key={i}
          title={t('rows.step', { place: i + 1 })}
          remove={effect.steps.length === 1 ? undefined : () => form.removeListItem('effect.steps', i)}
        >
          <Fields>
            <Num
              form={form}
              path={`effect.steps.${i}.from`}
              label={t(volume ? 'rows.fromUnits' : 'rows.fromAmount')}
              {...(volume ? { decimals: 3 } : { unit: currency, decimals: digits })}
            />
            <Choice
              form={form}
              path={`effect.steps.${i}.gain`}
              label={t('rows.gain')}
              kinds={kinds}
              words={(kind) => t(`${volume ? 'gain' : 'gainOnce'}.${kind}`)}
            />
            <Num
              form={form}
              path={`effect.steps.${i}.value`}
              label={t(`gainValue.${gain}`)}
              unit={gain === 'percent' ? '%' : currency}
              decimals={gain === 'percent' ? 3 : digits}
            />
          </Fields>
        </Row>
      ))}
      <Add
        label={t('rows.addStep')}
        disabled={effect.steps.length >= MAX_STEPS}
        onAdd={() => form.insertListItem('effect.steps', { from: '', gain: 'percent', value: '' })}
      />
    </>
  );
}

/** The parts of a set, and what a set costs. */
export function Bundle({ form, currency }: Props) {
  const { t } = useTranslation('promotions');
  const { effect } = form.values;
  const { setGain, items } = effect;
  return (
    <>
      <Fields>
        <Choice
          form={form}
          path="effect.setGain"
          label={t('what.setGain')}
          kinds={['priceMinor', 'amountMinor', 'percent'] as const}
          words={(kind) => t(`setGain.${kind}`)}
        />
        <Num
          form={form}
          path="effect.setValue"
          label={t(`setValue.${setGain}`)}
          unit={setGain === 'percent' ? '%' : currency}
          decimals={setGain === 'percent' ? 3 : currencyDigits(currency)}
        />
        <MaxTimes form={form} />
      </Fields>
      {items.map(({ scope }, i) => (
        <Row
          key={i}
          title={t('rows.item', { place: i + 1 })}
          remove={items.length === 1 ? undefined : () => form.removeListItem('effect.items', i)}
        >
          <Num form={form} path={`effect.items.${i}.quantity`} label={t('rows.itemQuantity')} min={1} />
          <ScopeFields form={form} path={`effect.items.${i}.scope`} currency={currency} value={scope} />
        </Row>
      ))}
      <Add
        label={t('rows.addItem')}
        disabled={items.length >= MAX_ITEMS}
        onAdd={() => form.insertListItem('effect.items', { scope: emptyScope(), quantity: 1 })}
      />
    </>
  );
}
