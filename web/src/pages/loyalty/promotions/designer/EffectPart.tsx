import { useTranslation } from 'react-i18next';
import { currencyDigits } from '../../../../lib/format.ts';
import type { Form } from './fields.tsx';
import { Choice, Fields, MaxTimes, Num, Part, Words } from './fields.tsx';
import { stagesOf, TYPES, usualStage } from './form.ts';
import { Bundle, Ladder } from './Rows.tsx';
import { Products, ScopeFields } from './Scope.tsx';

type Props = { form: Form; currency: string };

/** What it gives: the type, and the parameters of that type with their units. */
export function EffectPart({ form, currency }: Props) {
  const { t } = useTranslation('promotions');
  const { effect, stage } = form.values;
  return (
    <Part title={t('what.title')} hint={t('what.hint')}>
      <Fields>
        <Words form={form} path="name" label={t('what.name')} hint={t('what.nameHint')} />
        <Choice
          form={form}
          path="effect.type"
          label={t('what.type')}
          hint={t(`typeHint.${effect.type}`)}
          kinds={TYPES}
          words={(type) => t(`type.${type}`)}
          onChoice={(type) => {
            form.setFieldValue('effect.type', type);
            if (!stagesOf(type).includes(stage) || stage === 'shipping')
              form.setFieldValue('stage', usualStage(type));
          }}
        />
      </Fields>
      <Parameters form={form} currency={currency} />
    </Part>
  );
}

function Parameters({ form, currency }: Props) {
  const { t } = useTranslation('promotions');
  const { effect } = form.values;
  const digits = currencyDigits(currency);
  const money = { unit: currency, decimals: digits };
  switch (effect.type) {
    case 'percent':
      return (
        <Fields>
          <Percent form={form} label={t('what.percent')} />
          <Num
            form={form}
            path="effect.maxDiscountMinor"
            label={t('what.maxDiscount')}
            hint={t('what.emptyNoLimit')}
            {...money}
          />
        </Fields>
      );
    case 'fixed_amount':
      return (
        <Fields>
          <Num form={form} path="effect.amountMinor" label={t('what.amount')} {...money} />
          <Choice
            form={form}
            path="effect.per"
            label={t('what.per')}
            kinds={['order', 'line', 'unit'] as const}
            words={(kind) => t(`per.${kind}`)}
          />
        </Fields>
      );
    case 'fixed_price':
      return (
        <Fields>
          <Num
            form={form}
            path="effect.unitPrice"
            label={t('what.unitPrice')}
            hint={t('what.unitPriceHint')}
            {...money}
          />
        </Fields>
      );
    case 'buy_x_get_y':
      return <BuyAndGet form={form} currency={currency} />;
    case 'cheapest_free':
      return (
        <Fields>
          <Num form={form} path="effect.groupOf" label={t('what.groupOf')} min={2} />
          <Num form={form} path="effect.free" label={t('what.free')} min={1} />
          <Percent form={form} label={t('what.percentOfFree')} hint={t('what.hundredFree')} />
          <Choice
            form={form}
            path="effect.grouping"
            label={t('what.grouping')}
            kinds={['overall', 'sets'] as const}
            words={(kind) => t(`grouping.${kind}`)}
          />
          <MaxTimes form={form} />
        </Fields>
      );
    case 'bundle':
      return <Bundle form={form} currency={currency} />;
    case 'volume_ladder':
    case 'spend_ladder':
      return <Ladder form={form} currency={currency} />;
    case 'gift':
      return (
        <>
          <Fields>
            <Products form={form} path="effect.products" label={t('what.gifts')} hint={t('what.giftsHint')} />
            <Num form={form} path="effect.quantity" label={t('what.giftQuantity')} min={1} max={1_000} />
          </Fields>
          <Every form={form} currency={currency} />
        </>
      );
    case 'bonus_points':
      return (
        <>
          <Fields>
            <Num form={form} path="effect.points" label={t('what.points')} min={1} />
          </Fields>
          <Every form={form} currency={currency} />
        </>
      );
    case 'free_shipping':
      break;
  }
  return (
    <Fields>
      <Num
        form={form}
        path="effect.maxMinor"
        label={t('what.maxShipping')}
        hint={t('what.emptyAll')}
        {...money}
      />
    </Fields>
  );
}

const Percent = ({ form, label, hint }: { form: Form; label: string; hint?: string }) => (
  <Num form={form} path="effect.percent" label={label} hint={hint} unit="%" max={100} decimals={3} />
);

function BuyAndGet({ form, currency }: Props) {
  const { t } = useTranslation('promotions');
  const { effect } = form.values;
  return (
    <>
      <Fields>
        <Num form={form} path="effect.buy" label={t('what.buy')} min={1} />
        <Num form={form} path="effect.get" label={t('what.get')} min={1} />
        <Percent form={form} label={t('what.percentOfGet')} hint={t('what.hundredFree')} />
        <MaxTimes form={form} />
        <Choice
          form={form}
          path="effect.given"
          label={t('what.given')}
          kinds={['cheapest', 'same', 'other'] as const}
          words={(kind) => t(`given.${kind}`)}
        />
      </Fields>
      {effect.given === 'other' && (
        <ScopeFields form={form} path="effect.getScope" currency={currency} value={effect.getScope} />
      )}
    </>
  );
}

/** Once for an order, or again for each so much. */
function Every({ form, currency }: Props) {
  const { t } = useTranslation('promotions');
  const { every } = form.values.effect;
  return (
    <Fields>
      <Choice
        form={form}
        path="effect.every"
        label={t('what.every')}
        kinds={['once', 'amount', 'quantity'] as const}
        words={(kind) => t(`every.${kind}`)}
      />
      {every === 'amount' && (
        <Num
          form={form}
          path="effect.everyMinor"
          label={t('what.everyAmount')}
          unit={currency}
          decimals={currencyDigits(currency)}
        />
      )}
      {every === 'quantity' && (
        <Num form={form} path="effect.everyQuantity" label={t('what.everyQuantity')} decimals={3} />
      )}
      {every !== 'once' && <MaxTimes form={form} />}
    </Fields>
  );
}
