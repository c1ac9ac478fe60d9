import { Alert, Checkbox, Select, Stack, Text, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { locale } from '../../../../i18n/index.ts';
import { percentSuffix } from '../../../../lib/format.ts';
import { useOfferWords } from '../useOfferWords.ts';
import { offerOf } from './draft.ts';
import type { EffectDraft } from './effect.ts';
import { EFFECT_TYPES } from './effect.ts';
import type { EffectProps, StepProps } from './fields.tsx';
import { MoneyField, NumberField, Pair, ProductsField } from './fields.tsx';
import { SetFields, StepFields, Times } from './ListFields.tsx';

/** What a code gives: one kind of effect and its figures. */
export function GiveStep({ draft, set, wrong, out }: StepProps) {
  const { t } = useTranslation('couponWizard');
  const offerWords = useOfferWords();
  const { effect, currency } = draft;
  const put = (change: Partial<EffectDraft>) => set({ effect: { ...effect, ...change } });
  const kept = effect.kept === null ? [] : [{ value: 'kept', label: t('give.types.kept') }];
  const props = { effect, put, currency, wrong };
  return (
    <Stack gap="lg">
      <Pair>
        <Select
          label={t('give.type')}
          description={t(`give.typeHints.${effect.type}`)}
          allowDeselect={false}
          maxDropdownHeight={420}
          data={[...EFFECT_TYPES.map((value) => ({ value, label: t(`give.types.${value}`) })), ...kept]}
          value={effect.type}
          error={wrong('effect.type', 'effect')}
          onChange={(value) => {
            const type = value === 'kept' ? value : EFFECT_TYPES.find((one) => one === value);
            if (type !== undefined) put({ type });
          }}
        />
        <TextInput
          label={t('give.currency')}
          description={t(out ? 'give.currencyFixed' : 'give.currencyHint')}
          disabled={out}
          maxLength={3}
          value={currency}
          error={wrong('currency')}
          onChange={(event) => set({ currency: event.currentTarget.value.toUpperCase() })}
        />
      </Pair>
      {effect.type === 'kept' ? (
        <Alert color="gray">{t('give.kept', { gives: offerWords(offerOf(draft), currency).gives })}</Alert>
      ) : (
        <Figures {...props} />
      )}
    </Stack>
  );
}

function Figures(props: EffectProps) {
  switch (props.effect.type) {
    case 'percent':
      return <Percent {...props} />;
    case 'fixed_amount':
      return <Amount {...props} />;
    case 'fixed_price':
      return <Price {...props} />;
    case 'free_shipping':
      return <Shipping {...props} />;
    case 'gift':
    case 'bonus_points':
      return <Given {...props} />;
    case 'buy_x_get_y':
    case 'cheapest_free':
      return <Free {...props} />;
    case 'bundle':
      return <SetFields {...props} />;
    case 'spend_ladder':
    case 'volume_ladder':
      return <StepFields {...props} />;
    case 'kept':
      break;
  }
  return null;
}

const PERCENT = { max: 100, decimalScale: 3 };

function Percent({ effect, put, currency, wrong }: EffectProps) {
  const { t } = useTranslation('couponWizard');
  return (
    <Pair>
      <NumberField
        {...PERCENT}
        suffix={percentSuffix(locale())}
        label={t('give.percent')}
        value={effect.percent}
        error={wrong('percent', 'effect.percent')}
        onChange={(percent) => put({ percent })}
      />
      <MoneyField
        label={t('give.maxDiscount')}
        placeholder={t('noBound')}
        currency={currency}
        value={effect.maxDiscount}
        error={wrong('effect.maxDiscountMinor')}
        onChange={(maxDiscount) => put({ maxDiscount })}
      />
    </Pair>
  );
}

const PER = ['order', 'line', 'unit'] as const;

function Amount({ effect, put, currency, wrong }: EffectProps) {
  const { t } = useTranslation('couponWizard');
  return (
    <Pair>
      <MoneyField
        label={t('give.amount')}
        currency={currency}
        value={effect.amount}
        error={wrong('amountMinor', 'effect.amountMinor')}
        onChange={(amount) => put({ amount })}
      />
      <Select
        label={t('give.per')}
        allowDeselect={false}
        data={PER.map((value) => ({ value, label: t(`give.pers.${value}`) }))}
        value={effect.per}
        onChange={(value) => put({ per: PER.find((one) => one === value) ?? 'order' })}
      />
    </Pair>
  );
}

function Price({ effect, put, currency, wrong }: EffectProps) {
  const { t } = useTranslation('couponWizard');
  return (
    <Pair>
      <MoneyField
        label={t('give.price')}
        currency={currency}
        value={effect.price}
        error={wrong('effect.unitPrice')}
        onChange={(price) => put({ price })}
      />
    </Pair>
  );
}

function Shipping({ effect, put, currency, wrong }: EffectProps) {
  const { t } = useTranslation('couponWizard');
  return (
    <Pair>
      <MoneyField
        label={t('give.shippingMax')}
        placeholder={t('noBound')}
        currency={currency}
        value={effect.shippingMax}
        error={wrong('effect.maxMinor')}
        onChange={(shippingMax) => put({ shippingMax })}
      />
    </Pair>
  );
}

/** Gifts and points, once or for every so much. */
function Given({ effect, put, currency, wrong }: EffectProps) {
  const { t } = useTranslation('couponWizard');
  return (
    <Stack gap="md">
      {effect.type === 'gift' && (
        <ProductsField
          label={t('give.products')}
          description={t('give.productsHint')}
          value={effect.products}
          error={wrong('effect.products')}
          onChange={(products) => put({ products })}
        />
      )}
      <Pair>
        {effect.type === 'gift' ? (
          <NumberField
            label={t('give.quantity')}
            min={1}
            allowDecimal={false}
            value={effect.quantity}
            error={wrong('effect.quantity')}
            onChange={(quantity) => put({ quantity })}
          />
        ) : (
          <NumberField
            label={t('give.points')}
            min={1}
            allowDecimal={false}
            value={effect.points}
            error={wrong('effect.points')}
            onChange={(points) => put({ points })}
          />
        )}
        <MoneyField
          label={t('give.every')}
          placeholder={t('give.once')}
          currency={currency}
          value={effect.every}
          error={wrong('effect.everyMinor')}
          onChange={(every) => put({ every })}
        />
      </Pair>
      {effect.every !== '' && <Times effect={effect} put={put} wrong={wrong} />}
    </Stack>
  );
}

function Free({ effect, put, wrong }: EffectProps) {
  const { t } = useTranslation('couponWizard');
  const whole = { min: 1, allowDecimal: false };
  const [first, second, firstError, secondError] =
    effect.type === 'buy_x_get_y'
      ? (['buy', 'get', 'effect.buy', 'effect.get'] as const)
      : (['groupOf', 'free', 'effect.groupOf', 'effect.free'] as const);
  return (
    <Stack gap="md">
      <Pair>
        <NumberField
          {...whole}
          label={t(`give.${first}`)}
          value={effect[first]}
          error={wrong(firstError)}
          onChange={(value) => put({ [first]: value })}
        />
        <NumberField
          {...whole}
          label={t(`give.${second}`)}
          value={effect[second]}
          error={wrong(secondError)}
          onChange={(value) => put({ [second]: value })}
        />
        <NumberField
          {...PERCENT}
          suffix={percentSuffix(locale())}
          label={t('give.getPercent')}
          value={effect.getPercent}
          error={wrong('effect.percent')}
          onChange={(getPercent) => put({ getPercent })}
        />
      </Pair>
      <Times effect={effect} put={put} wrong={wrong} />
      {effect.type === 'buy_x_get_y' && (
        <Checkbox
          label={t('give.sameProduct')}
          checked={effect.sameProduct}
          onChange={(event) => put({ sameProduct: event.currentTarget.checked })}
        />
      )}
      <Text size="sm" c="dimmed">
        {t('give.scopeHint')}
      </Text>
    </Stack>
  );
}
