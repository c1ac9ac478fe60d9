import { NumberInput, Radio, SimpleGrid, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RfmMethod, RfmSettings } from '../../../api/segments.ready.ts';
import { rfm } from '../../../api/segments.ready.ts';
import { ApiError } from '../../../api/problem.ts';
import { currencyDigits } from '../../../lib/format.ts';
import { ruleText } from '../rule/refusals.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';

type Thresholds = Extract<RfmMethod, { method: 'thresholds' }>;
type Key = 'recencyDays' | 'orders' | 'money';

const KEYS = ['recencyDays', 'orders', 'money'] as const;
/** What a shop of middling size starts from; money is in whole units. */
const FIRST = {
  recencyDays: [30, 90, 180, 365],
  orders: [2, 3, 5, 10],
  money: [50, 150, 400, 1_000],
} as const;

type Bounds = Record<Key, (number | undefined)[]>;

function boundsOf(method: RfmMethod, unit: number): Bounds {
  if (method.method === 'quintiles')
    return { recencyDays: [...FIRST.recencyDays], orders: [...FIRST.orders], money: [...FIRST.money] };
  return {
    recencyDays: [...method.recencyDays],
    orders: [...method.orders],
    money: method.money.map((one) => one / unit),
  };
}

/** Who gets which score: five parts of equal number, or bounds of one's own. */
export function MethodDrawer(props: { opened: boolean; onClose: () => void; settings: RfmSettings }) {
  const { t } = useTranslation('segments');
  const { t: common } = useTranslation('common');
  const { settings } = props;
  const unit = 10 ** currencyDigits(settings.currency);
  const [method, setMethod] = useState<RfmMethod['method']>(settings.settings.method);
  const [bounds, setBounds] = useState<Bounds>(() => boundsOf(settings.settings, unit));
  const save = useWrite({
    run: () => rfm.save(method === 'quintiles' ? { method } : thresholdsOf(bounds, unit)),
    touches: ['segments'],
    done: t('rfm.saved'),
    onDone: props.onClose,
    onProblem: (error) => error instanceof ApiError && error.status === 422,
  });
  const refused = save.error instanceof ApiError ? save.error.fields : [];
  return (
    <FormDrawer
      opened={props.opened}
      onClose={props.onClose}
      title={t('rfm.settings')}
      submit={common('action.save')}
      busy={save.isPending}
      size="lg"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(undefined);
      }}
    >
      <Radio.Group
        label={t('rfm.method')}
        value={method}
        onChange={(next) => setMethod(next === 'thresholds' ? 'thresholds' : 'quintiles')}
      >
        <Stack gap="xs" mt="xs">
          {(['quintiles', 'thresholds'] as const).map((value) => (
            <Radio
              key={value}
              value={value}
              label={t(`rfm.methods.${value}`)}
              description={t(`rfm.methodHint.${value}`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {method === 'thresholds' &&
        KEYS.map((key) => (
          <BoundsFields
            key={key}
            name={key}
            currency={settings.currency}
            values={bounds[key]}
            error={refused
              .filter(({ path }) => path === key || path.startsWith(`${key}.`))
              .map((issue) => ruleText(issue, t))
              .at(0)}
            onChange={(values) => setBounds({ ...bounds, [key]: values })}
          />
        ))}
    </FormDrawer>
  );
}

function thresholdsOf(bounds: Bounds, unit: number): Thresholds {
  const four = (
    values: readonly (number | undefined)[],
    factor: number,
  ): [number, number, number, number] => {
    const [a = 0, b = 0, c = 0, d = 0] = values.map((one) => Math.round((one ?? 0) * factor));
    return [a, b, c, d];
  };
  return {
    method: 'thresholds',
    recencyDays: four(bounds.recencyDays, 1),
    orders: four(bounds.orders, 1),
    money: four(bounds.money, unit),
  };
}

/** Four bounds, each with the score it begins. */
function BoundsFields(props: {
  name: Key;
  currency: string;
  values: readonly (number | undefined)[];
  error: string | undefined;
  onChange: (values: (number | undefined)[]) => void;
}) {
  const { t } = useTranslation('segments');
  const { name, values } = props;
  const title = t(`rfm.bounds.${name}`, { currency: props.currency });
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0 }}>
      <legend>
        <Text size="sm" fw={600}>
          {title}
        </Text>
      </legend>
      <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="xs" mt={4}>
        {values.map((value, index) => (
          <NumberInput
            key={index}
            size="sm"
            min={0}
            label={
              name === 'recencyDays'
                ? t('rfm.upTo', { score: 5 - index })
                : t('rfm.from', { score: index + 2 })
            }
            aria-label={`${title}: ${t('rfm.score', { score: name === 'recencyDays' ? 5 - index : index + 2 })}`}
            value={value ?? ''}
            error={props.error !== undefined}
            onChange={(next) =>
              props.onChange(values.with(index, typeof next === 'number' ? next : undefined))
            }
          />
        ))}
      </SimpleGrid>
      {props.error !== undefined && (
        <Text size="sm" c="red" mt={4} role="alert">
          {props.error}
        </Text>
      )}
    </fieldset>
  );
}
