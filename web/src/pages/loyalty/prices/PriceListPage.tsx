import { Button, Group, Stack, TextInput } from '@mantine/core';
import { useDebouncedCallback, useDisclosure } from '@mantine/hooks';
import { IconDownload, IconPlus, IconTags } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PriceListView, PriceView } from '../../../api/prices.ts';
import { priceLists } from '../../../api/prices.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { Section } from '../../../ui/Section.tsx';
import { EmptyState, Loaded } from '../../../ui/states.tsx';
import { ListDrawer } from './ListDrawer.tsx';
import { PriceDrawer } from './PriceDrawer.tsx';
import { ImportLink, ListState } from './PricesPage.tsx';
import { priceText, quantityText, useAudience, validWords } from './words.ts';

const route = getRouteApi('/app/loyalty/prices/$id');
const TYPING_MS = 300;
const PERCENT_DIGITS = 3;

export default function PriceListPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(priceLists.one(id))}>
      {(list) => <PriceList list={list} />}
    </Loaded>
  );
}

function PriceList({ list }: { list: PriceListView }) {
  const { t } = useTranslation('prices');
  const audience = useAudience();
  const told = [t(`kinds.${list.kind}`), list.currency, validWords(t, list), audience(list)];
  return (
    <>
      <PageHeader
        title={list.name}
        up={{ to: '/loyalty/prices', label: t('title') }}
        badge={<ListState state={list.state} />}
        description={`${told.join(' · ')} · ${list.externalId}`}
        actions={<Actions list={list} />}
      />
      <Stack gap="lg">
        <Prices list={list} />
      </Stack>
    </>
  );
}

function Actions({ list }: { list: PriceListView }) {
  const { t } = useTranslation('prices');
  const { may } = useMe();
  const [editing, edit] = useDisclosure(false);
  const [asking, ask] = useDisclosure(false);
  const active = list.state === 'active';
  const move = useWrite({
    run: () => priceLists.change(list.id, { version: list.version, state: active ? 'archived' : 'active' }),
    touches: ['price-lists'],
    done: t(active ? 'archived' : 'restored'),
    onDone: ask.close,
  });
  if (!may('loyalty:write')) return null;
  return (
    <>
      <Button
        variant="subtle"
        {...(active ? { color: 'red' } : {})}
        loading={move.isPending}
        onClick={() => (active ? ask.open() : move.mutate(undefined))}
      >
        {t(active ? 'archive' : 'restore')}
      </Button>
      <Button variant="default" onClick={edit.open}>
        {t('edit')}
      </Button>
      {editing && <ListDrawer list={list} onClose={edit.close} />}
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('archiveTitle', { name: list.name })}
        text={t('archiveText')}
        yes={t('archive')}
        danger
        busy={move.isPending}
        onYes={() => move.mutate(undefined)}
      />
    </>
  );
}

function Prices({ list }: { list: PriceListView }) {
  const { t } = useTranslation('prices');
  const { may } = useMe();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(q ?? '');
  const [changing, setChanging] = useState<PriceView | 'new'>();
  const search = useDebouncedCallback(
    (text: string) => void navigate({ search: text === '' ? {} : { q: text }, replace: true }),
    TYPING_MS,
  );
  const rows = useList(priceLists.prices(list.id, q));
  const writes = may('loyalty:write');
  return (
    <Section
      title={t('prices.title')}
      hint={t('prices.hint')}
      flush
      actions={
        <Group gap="xs">
          {may('contacts:export') && (
            <Button
              component="a"
              href={priceLists.csvUrl(list.id)}
              download
              size="sm"
              variant="default"
              leftSection={<IconDownload size={15} />}
            >
              {t('prices.export')}
            </Button>
          )}
          <ImportLink />
          {writes && (
            <Button leftSection={<IconPlus size={15} />} onClick={() => setChanging('new')}>
              {t('prices.add')}
            </Button>
          )}
        </Group>
      }
    >
      <Group px="md" pb="xs">
        <TextInput
          size="xs"
          flex={1}
          maw={320}
          aria-label={t('prices.search')}
          placeholder={t('prices.search')}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
            search(event.currentTarget.value.trim());
          }}
        />
      </Group>
      <DataTable
        label={t('prices.title')}
        columns={useColumns(list, writes ? setChanging : undefined)}
        {...rows}
        rowKey={({ id }) => id}
        empty={
          <EmptyState
            icon={<IconTags />}
            title={t(q === undefined ? 'prices.none' : 'prices.noneFound')}
            {...(q === undefined ? { text: t('prices.noneText') } : {})}
          />
        }
      />
      {changing !== undefined && (
        <PriceDrawer
          list={list}
          {...(changing === 'new' ? {} : { price: changing })}
          onClose={() => setChanging(undefined)}
        />
      )}
    </Section>
  );
}

function useColumns(
  list: PriceListView,
  change: ((price: PriceView) => void) | undefined,
): Column<PriceView>[] {
  const { t } = useTranslation('prices');
  const nameOf = ({ product, category }: PriceView): string =>
    product !== null
      ? `${product.name || product.externalId} · ${product.externalId}`
      : (category?.name ?? t('prices.everything'));
  return [
    { key: 'for', header: t('prices.for'), main: true, cell: nameOf },
    {
      key: 'from',
      header: t('prices.from'),
      align: 'right',
      cell: ({ fromQuantity }) => quantityText(fromQuantity),
    },
    {
      key: 'price',
      header: t('prices.price'),
      align: 'right',
      cell: ({ unitPrice, percentOff }) =>
        unitPrice !== null
          ? priceText(unitPrice, list.currency)
          : t('prices.off', { percent: numberText(Number(percentOff), locale(), PERCENT_DIGITS) }),
    },
    { key: 'valid', header: t('prices.valid'), cell: (price) => validWords(t, price) },
    ...(change === undefined
      ? []
      : [
          {
            key: 'acts',
            header: '',
            align: 'right' as const,
            cell: (price: PriceView) => (
              <RowActions list={list} price={price} name={nameOf(price)} change={change} />
            ),
          },
        ]),
  ];
}

function RowActions(props: {
  list: PriceListView;
  price: PriceView;
  name: string;
  change: (price: PriceView) => void;
}) {
  const { t } = useTranslation('prices');
  const { list, price, name } = props;
  const drop = useWrite({
    run: () => priceLists.drop(list.id, [price.id]),
    touches: ['price-lists'],
    done: t('prices.removed'),
  });
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap">
      <Button
        size="xs"
        variant="default"
        aria-label={t('prices.changeOf', { name })}
        onClick={() => props.change(price)}
      >
        {t('prices.change')}
      </Button>
      <Button
        size="xs"
        variant="subtle"
        color="red"
        loading={drop.isPending}
        aria-label={t('prices.removeOf', { name })}
        onClick={() => drop.mutate(undefined)}
      >
        {t('prices.remove')}
      </Button>
    </Group>
  );
}
