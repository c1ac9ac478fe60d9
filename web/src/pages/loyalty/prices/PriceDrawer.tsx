import { ActionIcon, Button, Group, SegmentedControl, Select, SimpleGrid, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PriceInput, PriceListView, PriceView } from '../../../api/prices.ts';
import { priceLists } from '../../../api/prices.ts';
import { fieldErrors } from '../../../api/problem.ts';
import { fromLocalInput, toLocalInput } from '../../../lib/localTime.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import type { Blank } from '../amounts.ts';
import { goodsCategories } from '../coupons/useOfferWords.ts';
import { NumberField } from '../coupons/wizard/fields.tsx';
import { ProductPicker } from './ProductPicker.tsx';

const WHATS = ['product', 'category', 'all'] as const;
type What = (typeof WHATS)[number];
const HOWS = ['price', 'percent'] as const;
type How = (typeof HOWS)[number];
type Step = { key: number; from: Blank; how: How; value: Blank };

const PRICE_DIGITS = 6;
const PERCENT_DIGITS = 3;

let keys = 0;
const newStep = (from: Blank): Step => ({ key: (keys += 1), from, how: 'price', value: '' });

const stepOf = ({ fromQuantity, unitPrice, percentOff }: PriceView): Step => ({
  key: (keys += 1),
  from: Number(fromQuantity),
  how: unitPrice === null ? 'percent' : 'price',
  value: Number(unitPrice ?? percentOff),
});

const whatOf = (price: PriceView | undefined): What =>
  price === undefined || price.product !== null ? 'product' : price.category !== null ? 'category' : 'all';
const local = (at: string | null | undefined): string => (at ? toLocalInput(new Date(at)) : '');

/** Prices of one product or category by quantity; or one price that is there already, whose place stays. */
export function PriceDrawer(props: { list: PriceListView; price?: PriceView; onClose: () => void }) {
  const { t } = useTranslation('prices');
  const { list, price } = props;
  const [what, setWhat] = useState(whatOf(price));
  const [product, setProduct] = useState(price?.product ?? null);
  const [category, setCategory] = useState(price?.category?.externalId ?? null);
  const [steps, setSteps] = useState(price === undefined ? [newStep(1)] : [stepOf(price)]);
  const [from, setFrom] = useState(local(price?.from));
  const [until, setUntil] = useState(local(price?.until));
  const [asked, ask] = useState(false);
  const { data: goods = [] } = useQuery(goodsCategories);
  const lacksTarget = (what === 'product' && product === null) || (what === 'category' && category === null);
  const lacks = lacksTarget || steps.some(({ value }) => value === '');
  const save = useWrite({
    run: () =>
      priceLists.put(
        list.id,
        steps.map((step): PriceInput => ({
          ...(what === 'product' && product !== null ? { product: product.externalId } : {}),
          ...(what === 'category' && category !== null ? { category } : {}),
          ...(step.from === '' ? {} : { fromQuantity: String(step.from) }),
          ...(step.how === 'price' ? { unitPrice: String(step.value) } : { percentOff: String(step.value) }),
          // What a price is known by stays to the millisecond.
          from: price === undefined ? fromLocalInput(from) || null : price.from,
          until: fromLocalInput(until) || null,
        })),
      ),
    touches: ['price-lists'],
    done: t('prices.written'),
    onDone: props.onClose,
    onProblem: (error) => Object.keys(fieldErrors(error)).some((path) => path.startsWith('prices.')),
  });
  const errors = fieldErrors(save.error);
  const wrong = (index: number, ...fields: string[]): string | undefined =>
    fields.map((field) => errors[`prices.${index}${field}`]).find((one) => one !== undefined);
  const put = (step: Step) => setSteps(steps.map((one) => (one.key === step.key ? step : one)));
  return (
    <FormDrawer
      opened
      onClose={props.onClose}
      title={t('prices.addTitle')}
      submit={t('form.submit')}
      busy={save.isPending}
      onSubmit={(event) => {
        event.preventDefault();
        if (lacks) ask(true);
        else save.mutate(undefined);
      }}
    >
      <SegmentedControl
        aria-label={t('prices.what')}
        disabled={price !== undefined}
        data={WHATS.map((value) => ({ value, label: t(`prices.whats.${value}`) }))}
        value={what}
        onChange={(value) => setWhat(WHATS.find((one) => one === value) ?? 'product')}
      />
      {what === 'product' && (
        <ProductPicker
          label={t('prices.product')}
          disabled={price !== undefined}
          value={product}
          error={asked && lacksTarget ? t('prices.needProduct') : wrong(0, '.product')}
          onChange={setProduct}
        />
      )}
      {what === 'category' && (
        <Select
          label={t('prices.category')}
          searchable
          disabled={price !== undefined}
          data={goods.map(({ externalId, name }) => ({ value: externalId, label: name }))}
          value={category}
          error={asked && lacksTarget ? t('prices.needProduct') : wrong(0, '.category')}
          onChange={setCategory}
        />
      )}
      {steps.map((step, index) => (
        <SimpleGrid key={step.key} cols={3} spacing="xs" style={{ alignItems: 'end' }}>
          <NumberField
            label={t('prices.from')}
            disabled={price !== undefined}
            decimalScale={3}
            value={step.from}
            error={wrong(index, '.fromQuantity', '')}
            onChange={(next) => put({ ...step, from: next })}
          />
          <Select
            label={t('prices.how')}
            allowDeselect={false}
            data={HOWS.map((value) => ({ value, label: t(`prices.hows.${value}`) }))}
            value={step.how}
            onChange={(value) => put({ ...step, how: HOWS.find((one) => one === value) ?? 'price' })}
          />
          <Group gap={4} wrap="nowrap" align="flex-end">
            <NumberField
              label={t('prices.value')}
              decimalScale={step.how === 'price' ? PRICE_DIGITS : PERCENT_DIGITS}
              value={step.value}
              error={
                asked && step.value === '' ? t('prices.needValue') : wrong(index, '.unitPrice', '.percentOff')
              }
              onChange={(value) => put({ ...step, value })}
            />
            {steps.length > 1 && (
              <ActionIcon
                variant="subtle"
                color="gray"
                mb={6}
                aria-label={t('prices.removeStep', { place: index + 1 })}
                onClick={() => setSteps(steps.filter(({ key }) => key !== step.key))}
              >
                <IconX size={16} />
              </ActionIcon>
            )}
          </Group>
        </SimpleGrid>
      ))}
      {price === undefined && (
        <Group>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={15} />}
            onClick={() => setSteps([...steps, newStep('')])}
          >
            {t('prices.addStep')}
          </Button>
        </Group>
      )}
      <TextInput
        type="datetime-local"
        label={t('form.from')}
        disabled={price !== undefined}
        value={from}
        error={wrong(0, '.from')}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextInput
        type="datetime-local"
        label={t('form.until')}
        value={until}
        error={wrong(0, '.until')}
        onChange={(event) => setUntil(event.currentTarget.value)}
      />
    </FormDrawer>
  );
}
