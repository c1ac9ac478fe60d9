import { Alert, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PriceOfView } from '../../../api/prices.ts';
import { priceLists } from '../../../api/prices.ts';
import { locale } from '../../../i18n/index.ts';
import { moneyText, numberText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { AnchorLink } from '../../../ui/links.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import type { Blank } from '../amounts.ts';
import type { Picked } from '../coupons/ContactPicker.tsx';
import { ContactPicker } from '../coupons/ContactPicker.tsx';
import { NumberField } from '../coupons/wizard/fields.tsx';
import type { PickedProduct } from './ProductPicker.tsx';
import { ProductPicker } from './ProductPicker.tsx';
import { priceText, quantityText } from './words.ts';

const TYPING_MS = 300;
const QUANTITY_DIGITS = 3;

/** "What does this product cost this customer?" with the reason, and why every other price does not count. */
export function LookUp() {
  const { t } = useTranslation('prices');
  const { may } = useMe();
  const [product, setProduct] = useState<PickedProduct | null>(null);
  const [customer, setCustomer] = useState<Picked | null>(null);
  const [quantity, setQuantity] = useState<Blank>(1);
  const [channel, setChannel] = useState('');
  if (!may('orders:read') || !may('loyalty:read')) return null;
  return (
    <Section title={t('lookUp.title')} hint={t('lookUp.hint')}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} spacing="md" style={{ alignItems: 'end' }}>
        <ProductPicker label={t('lookUp.product')} value={product} onChange={setProduct} />
        <ContactPicker
          label={t('lookUp.customer')}
          placeholder={t('lookUp.anybody')}
          value={customer}
          onChange={setCustomer}
        />
        <NumberField
          label={t('lookUp.quantity')}
          decimalScale={QUANTITY_DIGITS}
          value={quantity}
          onChange={setQuantity}
        />
        <TextInput
          label={t('lookUp.channel')}
          placeholder={t('form.channelsHint')}
          value={channel}
          onChange={(event) => setChannel(event.currentTarget.value)}
        />
      </SimpleGrid>
      {product !== null && Number(quantity) > 0 && (
        <Answer
          productId={product.id}
          contactId={customer?.id}
          quantity={String(quantity)}
          channel={channel.trim() === '' ? undefined : channel.trim()}
        />
      )}
    </Section>
  );
}

function Answer(question: {
  productId: string;
  contactId: string | undefined;
  quantity: string;
  channel: string | undefined;
}) {
  const [asked] = useDebouncedValue(question, TYPING_MS);
  const found = useQuery({ ...priceLists.lookUp(asked), placeholderData: keepPreviousData });
  return (
    <div style={{ marginTop: 'var(--mantine-spacing-md)' }}>
      <Loaded query={found} lines={2}>
        {(price) => <Told price={price} />}
      </Loaded>
    </div>
  );
}

function Told({ price }: { price: PriceOfView }) {
  const { t } = useTranslation('prices');
  const { currency, next, ownPrice, candidates } = price;
  const columns = useColumns(currency);
  const chosen = candidates.find(({ why }) => why.length === 0);
  const unit = priceText(price.unitPrice, currency);
  const quantity = numberText(Number(price.quantity), locale(), QUANTITY_DIGITS);
  return (
    <>
      <Alert
        color="pine"
        role="status"
        title={
          chosen === undefined
            ? t('lookUp.own', { price: unit })
            : t('lookUp.list', { price: unit, list: chosen.listName })
        }
      >
        <Text size="sm">
          {[
            chosen !== undefined && ownPrice !== null
              ? t('lookUp.instead', { price: priceText(ownPrice, currency) })
              : undefined,
            t('lookUp.pays', { quantity, total: moneyText(price.priceMinor, currency, locale()) }),
            next === null
              ? undefined
              : t('lookUp.next', {
                  quantity: numberText(Number(next.fromQuantity), locale(), QUANTITY_DIGITS),
                  price: priceText(next.unitPrice, currency),
                }),
          ]
            .filter((one) => one !== undefined)
            .join(' ')}
        </Text>
      </Alert>
      {candidates.length > 0 && (
        <div style={{ marginTop: 'var(--mantine-spacing-sm)' }}>
          <DataTable
            label={t('lookUp.considered')}
            columns={columns}
            rows={candidates}
            rowKey={({ listId, entryId }) => `${listId} ${entryId}`}
            empty={null}
          />
        </div>
      )}
    </>
  );
}

type Candidate = PriceOfView['candidates'][number];

function useColumns(currency: string): Column<Candidate>[] {
  const { t } = useTranslation('prices');
  return [
    {
      key: 'list',
      header: t('lookUp.listName'),
      main: true,
      cell: ({ listId, listName }) => (
        <AnchorLink to="/loyalty/prices/$id" params={{ id: listId }} c="inherit" fw={550}>
          {listName}
        </AnchorLink>
      ),
    },
    { key: 'of', header: t('lookUp.of'), cell: ({ of }) => t(`lookUp.ofs.${of}`) },
    {
      key: 'from',
      header: t('lookUp.from'),
      align: 'right',
      cell: ({ fromQuantity }) => quantityText(fromQuantity),
    },
    {
      key: 'price',
      header: t('lookUp.price'),
      align: 'right',
      cell: ({ unitPrice }) => (unitPrice === null ? '—' : priceText(unitPrice, currency)),
    },
    {
      key: 'why',
      header: t('lookUp.why'),
      cell: ({ why }) =>
        why.length === 0 ? (
          <Text span inherit fw={550}>
            {t('lookUp.counts')}
          </Text>
        ) : (
          why.map((reason) => t(`lookUp.reasons.${reason}`)).join(', ')
        ),
    },
  ];
}
