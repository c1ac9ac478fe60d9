import {
  Button,
  Fieldset,
  Group,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignInput } from '../../../api/coupons.ts';
import { coupons } from '../../../api/coupons.ts';
import { currencyDigits } from '../../../lib/format.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { useWrite } from '../../../ui/mutation.ts';

const NEW = 'new';

/** The coupon each contact gets one of: one there is, or a new one made on the spot. */
export function CouponChoice(props: {
  value: string | null;
  onChange: (id: string | null) => void;
  error: string | undefined;
}) {
  const { t } = useTranslation('campaigns');
  const { may } = useMe();
  const list = useList(coupons.campaigns());
  const [making, setMaking] = useState(false);
  const active = (list.rows ?? []).filter(({ state }) => state === 'active');
  return (
    <>
      <Select
        label={t('wizard.coupon')}
        data={[
          ...active.map(({ id, name }) => ({ value: id, label: name })),
          ...(may('loyalty:write') ? [{ value: NEW, label: t('wizard.couponNew') }] : []),
        ]}
        value={making ? NEW : props.value}
        onChange={(value) => {
          setMaking(value === NEW);
          props.onChange(value === NEW ? null : value);
        }}
        error={props.error}
      />
      {making && (
        <NewCoupon
          onMade={(id) => {
            setMaking(false);
            props.onChange(id);
          }}
        />
      )}
    </>
  );
}

type Form = {
  name: string;
  kind: 'percent' | 'fixed';
  value: number | '';
  pattern: string;
  validDays: number | '';
};

function NewCoupon({ onMade }: { onMade: (id: string) => void }) {
  const { t } = useTranslation('campaigns');
  const { settings } = useMe();
  const currency = settings.baseCurrency;
  const form = useForm<Form>({
    initialValues: { name: '', kind: 'percent', value: 10, pattern: 'BACK-######', validDays: 30 },
  });
  const create = useWrite({
    run: (input: CouponCampaignInput) => coupons.create(input),
    touches: ['coupon-campaigns'],
    done: t('wizard.couponMade'),
    onDone: ({ id }) => onMade(id),
    onProblem: (error) => showFieldErrors(form, error),
  });
  const submit = () => {
    const { name, kind, value, pattern, validDays } = form.values;
    const terms = {
      name,
      pattern,
      minOrderMinor: 0,
      personal: true,
      validDays: validDays === '' ? null : validDays,
    };
    const amount = Number(value);
    create.mutate(
      kind === 'percent'
        ? { ...terms, kind, percent: amount }
        : { ...terms, kind, amountMinor: Math.round(amount * 10 ** currencyDigits(currency)) },
    );
  };
  return (
    <Fieldset legend={t('wizard.couponNew')}>
      <Stack gap="sm">
        <TextInput label={t('wizard.couponName')} {...form.getInputProps('name')} />
        <SegmentedControl
          aria-label={t('wizard.couponKind')}
          data={[
            { value: 'percent', label: t('wizard.couponPercent') },
            { value: 'fixed', label: t('wizard.couponFixed', { currency }) },
          ]}
          {...form.getInputProps('kind')}
        />
        <Group grow align="flex-start">
          <NumberInput label={t('wizard.couponKind')} min={0} {...form.getInputProps('value')} />
          <NumberInput label={t('wizard.couponDays')} min={1} {...form.getInputProps('validDays')} />
        </Group>
        <TextInput
          label={t('wizard.couponPattern')}
          description={t('wizard.couponPatternHint')}
          {...form.getInputProps('pattern')}
        />
        <Group justify="flex-end">
          <Button variant="default" loading={create.isPending} onClick={submit}>
            {t('wizard.couponCreate')}
          </Button>
        </Group>
      </Stack>
    </Fieldset>
  );
}
