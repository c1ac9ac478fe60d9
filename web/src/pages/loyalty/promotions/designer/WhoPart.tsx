import { Checkbox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { programs } from '../../../../api/loyalty.ts';
import { segments } from '../../../../api/segments.ts';
import { categories } from '../../../../api/standing.ts';
import { currencyDigits } from '../../../../lib/format.ts';
import { useList } from '../../../../lib/list.ts';
import { everyTier } from '../../cart/names.ts';
import type { Form } from './fields.tsx';
import { Choice, Fields, Num, Part, Several, Tags } from './fields.tsx';

const MANY = 200;
type Named = { id: string; name: string };
const choices = (list: readonly Named[]) => list.map(({ id, name }) => ({ value: id, label: name }));

/** From what cart on, and for whom. */
export function WhoPart({ form, currency }: { form: Form; currency: string }) {
  const { t } = useTranslation('promotions');
  const { orders } = form.values.conditions;
  const money = { unit: currency, decimals: currencyDigits(currency) };
  return (
    <Part title={t('whoPart.title')} hint={t('whoPart.hint')}>
      <Fields>
        <Num
          form={form}
          path="conditions.minAmount.amountMinor"
          label={t('whoPart.minAmount')}
          hint={t('whoPart.minAmountHint')}
          {...money}
        />
        <Choice
          form={form}
          path="conditions.minAmount.of"
          label={t('whoPart.of')}
          kinds={['order', 'scope'] as const}
          words={(kind) => t(`of.${kind}`)}
        />
        <Num
          form={form}
          path="conditions.minQuantity.quantity"
          label={t('whoPart.minQuantity')}
          hint={t('whoPart.emptyAny')}
          decimals={3}
        />
        <Num
          form={form}
          path="conditions.maxAmountMinor"
          label={t('whoPart.maxAmount')}
          hint={t('whoPart.emptyAny')}
          {...money}
        />
      </Fields>
      <Buyers form={form} />
      <Fields>
        <Choice
          form={form}
          path="conditions.orders"
          label={t('whoPart.orders')}
          kinds={['any', 'first', 'atLeast'] as const}
          words={(kind) => t(`orders.${kind}`)}
        />
        {orders === 'atLeast' && (
          <Num form={form} path="conditions.minOrders" label={t('whoPart.minOrders')} min={1} />
        )}
        <Tags
          form={form}
          path="conditions.channels"
          label={t('whoPart.channels')}
          hint={t('whoPart.channelsHint')}
          placeholder="web"
        />
      </Fields>
      <Checkbox
        label={t('whoPart.membersOnly')}
        {...form.getInputProps('conditions.membersOnly', { type: 'checkbox' })}
      />
    </Part>
  );
}

function Buyers({ form }: { form: Form }) {
  const { t } = useTranslation('promotions');
  const { rows = [] } = useList(segments.list(MANY));
  const { data: tiers = [] } = useQuery(everyTier);
  const { data: people = [] } = useQuery(categories.all);
  const { data: all = [] } = useQuery(programs.all);
  const placeholder = t('whoPart.anybody');
  return (
    <Fields>
      <Several
        form={form}
        path="conditions.segments"
        label={t('whoPart.segments')}
        data={choices(rows)}
        placeholder={form.values.conditions.segments.length === 0 ? placeholder : ''}
      />
      <Several
        form={form}
        path="conditions.notSegments"
        label={t('whoPart.notSegments')}
        data={choices(rows)}
        placeholder={form.values.conditions.notSegments.length === 0 ? t('whoPart.nobodyOut') : ''}
      />
      {(tiers.length > 0 || form.values.conditions.tiers.length > 0) && (
        <Several
          form={form}
          path="conditions.tiers"
          label={t('whoPart.tiers')}
          data={choices(tiers)}
          placeholder={form.values.conditions.tiers.length === 0 ? placeholder : ''}
        />
      )}
      {(people.length > 0 || form.values.conditions.personCategories.length > 0) && (
        <Several
          form={form}
          path="conditions.personCategories"
          label={t('whoPart.categories')}
          data={choices(people)}
          placeholder={form.values.conditions.personCategories.length === 0 ? placeholder : ''}
        />
      )}
      {(all.length > 1 || form.values.programId !== null) && (
        <Choice
          form={form}
          path="programId"
          value={form.values.programId ?? ''}
          label={t('whoPart.program')}
          kinds={['', ...all.map(({ id }) => id)]}
          words={(id) => all.find((one) => one.id === id)?.name ?? t('whoPart.anyProgram')}
          onChoice={(id) => form.setFieldValue('programId', id === '' ? null : id)}
        />
      )}
    </Fields>
  );
}
