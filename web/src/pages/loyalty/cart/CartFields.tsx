import {
  ActionIcon,
  Anchor,
  Button,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { useDebouncedValue, useDisclosure } from '@mantine/hooks';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../../api/contacts.ts';
import { orders } from '../../../api/orders.ts';
import { contactName } from '../../../lib/contactName.ts';
import { currencyDigits } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import type { Basket, BasketLine } from './basket.ts';
import { plainLine, productLine } from './basket.ts';
import classes from './cart.module.css';

type Props = { basket: Basket; change: (next: Basket) => void };

const TYPING_MS = 250;
const numberOf = (value: number | string): number | '' => (typeof value === 'number' ? value : '');

/** Who buys what, where, and when. */
export function CartFields({ basket, change }: Props) {
  const { t } = useTranslation('cart');
  const { lines } = basket;
  const put = (line: BasketLine) =>
    change({ ...basket, lines: lines.map((one) => (one.key === line.key ? line : one)) });
  const add = (line: BasketLine) => change({ ...basket, lines: [...lines, line] });
  return (
    <Stack gap="sm">
      <ul className={classes['lines']} aria-label={t('lines')}>
        {lines.map((line, index) => (
          <li key={line.key}>
            <Line
              line={line}
              place={index + 1}
              put={put}
              remove={() => change({ ...basket, lines: lines.filter((one) => one.key !== line.key) })}
            />
          </li>
        ))}
      </ul>
      {lines.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('noLines')}
        </Text>
      )}
      <Group gap="xs" wrap="wrap">
        <ProductPicker onPick={(product) => add(productLine(product))} />
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={15} />}
          onClick={() => add(plainLine(t('plainName')))}
        >
          {t('addPlain')}
        </Button>
      </Group>
      <Circumstances basket={basket} change={change} />
    </Stack>
  );
}

function Line(props: {
  line: BasketLine;
  place: number;
  put: (line: BasketLine) => void;
  remove: () => void;
}) {
  const { t } = useTranslation('cart');
  const { settings } = useMe();
  const { line, place, put } = props;
  return (
    <div className={classes['line']}>
      <div className={classes['name']}>
        {line.code === null ? (
          <TextInput
            size="xs"
            aria-label={t('description', { place })}
            value={line.name}
            onChange={(event) => put({ ...line, name: event.currentTarget.value })}
          />
        ) : (
          <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
            {line.name}
          </Text>
        )}
      </div>
      <NumberInput
        size="xs"
        aria-label={t('quantity', { name: line.name })}
        min={0}
        decimalScale={3}
        value={line.quantity}
        onChange={(value) => put({ ...line, quantity: numberOf(value) })}
      />
      <Text span size="sm" c="dimmed" aria-hidden="true">
        ×
      </Text>
      <NumberInput
        size="xs"
        aria-label={t('price', { name: line.name })}
        min={0}
        hideControls
        decimalScale={currencyDigits(settings.baseCurrency)}
        rightSection={<span className={classes['currency']}>{settings.baseCurrency}</span>}
        rightSectionWidth={42}
        value={line.price}
        onChange={(value) => put({ ...line, price: numberOf(value) })}
      />
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t('removeLine', { name: line.name })}
        onClick={props.remove}
      >
        <IconX size={16} />
      </ActionIcon>
    </div>
  );
}

type Found = { externalId: string; name: string; price: string | null };

function ProductPicker({ onPick }: { onPick: (product: Found) => void }) {
  const { t } = useTranslation('cart');
  const { may } = useMe();
  const [search, setSearch] = useState('');
  const [typed] = useDebouncedValue(search.trim(), TYPING_MS);
  const { data = [] } = useQuery({ ...orders.products(typed), enabled: may('orders:read') });
  if (!may('orders:read')) return null;
  return (
    <Select
      size="xs"
      flex={1}
      miw={170}
      aria-label={t('addProduct')}
      placeholder={t('addProduct')}
      searchable
      filter={({ options }) => options}
      searchValue={search}
      onSearchChange={setSearch}
      nothingFoundMessage={t('noSuchProduct')}
      data={data.map(({ externalId, name }) => ({
        value: externalId,
        label: name === '' ? externalId : `${name} · ${externalId}`,
      }))}
      value={null}
      onChange={(code) => {
        const found = data.find((one) => one.externalId === code);
        if (found !== undefined) onPick(found);
        setSearch('');
      }}
    />
  );
}

/** Buyer, channel, shipping, codes and moment: there when one wants them. */
function Circumstances({ basket, change }: Props) {
  const { t } = useTranslation('cart');
  const { settings } = useMe();
  const told = [basket.channel, basket.codes, basket.at, basket.shipping].some((one) => one !== '');
  const [open, { toggle }] = useDisclosure(told || basket.buyer !== null);
  return (
    <>
      <Anchor component="button" type="button" size="sm" ta="left" aria-expanded={open} onClick={toggle}>
        {t('more')}
      </Anchor>
      {open && (
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" style={{ alignItems: 'end' }}>
          <BuyerPicker buyer={basket.buyer} onChange={(buyer) => change({ ...basket, buyer })} />
          <TextInput
            size="xs"
            label={t('codes')}
            placeholder={t('codesHint')}
            value={basket.codes}
            onChange={(event) => change({ ...basket, codes: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            label={t('channel')}
            placeholder={t('channelHint')}
            value={basket.channel}
            onChange={(event) => change({ ...basket, channel: event.currentTarget.value })}
          />
          <NumberInput
            size="xs"
            label={t('shipping', { currency: settings.baseCurrency })}
            min={0}
            decimalScale={currencyDigits(settings.baseCurrency)}
            value={basket.shipping}
            onChange={(value) => change({ ...basket, shipping: numberOf(value) })}
          />
          <TextInput
            size="xs"
            type="datetime-local"
            label={t('at')}
            description={t('atHint')}
            value={basket.at}
            onChange={(event) => change({ ...basket, at: event.currentTarget.value })}
          />
        </SimpleGrid>
      )}
    </>
  );
}

function BuyerPicker({
  buyer,
  onChange,
}: {
  buyer: Basket['buyer'];
  onChange: (buyer: Basket['buyer']) => void;
}) {
  const { t } = useTranslation('cart');
  const { may } = useMe();
  const [search, setSearch] = useState('');
  const [typed] = useDebouncedValue(search.trim(), TYPING_MS);
  const { data = [] } = useQuery({ ...contacts.found(typed), enabled: may('contacts:read') });
  if (!may('contacts:read')) return null;
  const options = data.map((one) => {
    const name = contactName(one) ?? t('unnamed');
    return { value: one.id, name, label: one.email ? `${name} · ${one.email}` : name };
  });
  if (buyer !== null && !options.some(({ value }) => value === buyer.id))
    options.unshift({ value: buyer.id, name: buyer.name, label: buyer.name });
  return (
    <Select
      size="xs"
      label={t('buyer')}
      placeholder={t('buyerHint')}
      searchable
      clearable
      filter={({ options: every }) => every}
      searchValue={search}
      onSearchChange={setSearch}
      nothingFoundMessage={t('nobody')}
      data={options.map(({ value, label }) => ({ value, label }))}
      value={buyer?.id ?? null}
      onChange={(id) => {
        const found = options.find(({ value }) => value === id);
        onChange(found === undefined ? null : { id: found.value, name: found.name });
      }}
    />
  );
}
