import { Badge, Group, Paper, Select, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconPlus, IconTicket } from '@tabler/icons-react';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CouponCampaignState, CouponCampaignView } from '../../../api/coupons.ts';
import { coupons } from '../../../api/coupons.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { Figure, Money } from '../../../ui/format.tsx';
import { AnchorLink, ButtonLink } from '../../../ui/links.tsx';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { EmptyState } from '../../../ui/states.tsx';
import { Areas } from '../Areas.tsx';
import { CheckCode } from './CheckCode.tsx';
import { useOfferWords } from './useOfferWords.ts';
import { CAMPAIGN_COLORS, CAMPAIGN_STATES } from './states.ts';
import { leftOf, outOf, useCouponWords } from './words.ts';

const route = getRouteApi('/app/loyalty/coupons');
const TYPING_MS = 300;
const PAGE = 50;

export default function CouponsPage() {
  const { t } = useTranslation('coupons');
  const { may } = useMe();
  const { state, q, code } = route.useSearch();
  const navigate = route.useNavigate();
  const filtered = state !== undefined || q !== undefined;
  const list = useList(
    coupons.campaigns(
      { ...(state === undefined ? {} : { state }), ...(q === undefined ? {} : { search: q }) },
      PAGE,
    ),
  );
  const columns = useColumns();
  const create = may('loyalty:write') && (
    <ButtonLink to="/loyalty/coupons/new" leftSection={<IconPlus size={17} />}>
      {t('create')}
    </ButtonLink>
  );
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} actions={create} />
      <Areas now="coupons" />
      <Stack gap="lg">
        <CheckCode
          code={code}
          onCode={(next) => void navigate({ search: (now) => ({ ...now, code: next }), replace: true })}
        />
        <Paper>
          <Filters />
          <DataTable
            label={t('title')}
            columns={columns}
            {...list}
            rowKey={({ id }) => id}
            rowName={({ name }) => name}
            onOpen={({ id }) => void navigate({ to: '/loyalty/coupons/$id', params: { id }, search: {} })}
            empty={
              filtered ? (
                <EmptyState icon={<IconTicket />} title={t('emptyFound')} text={t('emptyFoundText')} />
              ) : (
                <EmptyState icon={<IconTicket />} title={t('empty')} text={t('emptyText')} action={create} />
              )
            }
          />
        </Paper>
      </Stack>
    </>
  );
}

function Filters() {
  const { t } = useTranslation('coupons');
  const { state, q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const [typed, setTyped] = useState(q);
  const put = (next: { state?: CouponCampaignState | undefined; q?: string | undefined }) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  const search = useDebouncedCallback((text: string) => put({ q: text || undefined }), TYPING_MS);
  return (
    <Group p="md" pb="xs" gap="sm" align="flex-end">
      <TextInput
        aria-label={t('search')}
        placeholder={t('search')}
        flex={1}
        miw={180}
        maw={360}
        value={typed}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          search(event.currentTarget.value.trim());
        }}
      />
      <Select
        aria-label={t('state')}
        placeholder={t('anyState')}
        clearable
        w={190}
        data={CAMPAIGN_STATES.map((value) => ({ value, label: t(`states.${value}`) }))}
        value={state ?? null}
        onChange={(next) => put({ state: next ?? undefined })}
      />
    </Group>
  );
}

function useColumns(): Column<CouponCampaignView>[] {
  const { t } = useTranslation('coupons');
  const words = useCouponWords();
  const offerWords = useOfferWords();
  return [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: (row) => (
        <>
          <AnchorLink to="/loyalty/coupons/$id" params={{ id: row.id }} c="inherit" fw={550}>
            {row.name}
          </AnchorLink>
          <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
            {row.pattern} · {words.kind(row)}
          </Text>
        </>
      ),
    },
    { key: 'state', header: t('state'), cell: ({ state }) => <CampaignState state={state} /> },
    {
      key: 'gives',
      header: t('gives'),
      cell: ({ offer, currency }) => (
        <Text inherit maw={360}>
          {offerWords(offer, currency).sentence}
        </Text>
      ),
    },
    { key: 'issued', header: t('issued'), align: 'right', cell: (row) => <Out campaign={row} /> },
    {
      key: 'used',
      header: t('used'),
      align: 'right',
      cell: ({ taken }) => <Figure value={taken.uses} />,
    },
    { key: 'left', header: t('left'), align: 'right', cell: (row) => <Left campaign={row} /> },
    {
      key: 'spent',
      header: t('spent'),
      align: 'right',
      cell: ({ taken, currency, budgetMinor }) => (
        <>
          <Money minor={taken.discountMinor} currency={currency} compact />
          {budgetMinor !== null && (
            <Text size="xs" c="dimmed" component="div">
              {t('ofBudget', { budget: '' })} <Money minor={budgetMinor} currency={currency} compact />
            </Text>
          )}
        </>
      ),
    },
    { key: 'valid', header: t('valid'), cell: (row) => words.validity(row) },
  ];
}

/** A code for all is out for everybody. */
function Out({ campaign }: { campaign: CouponCampaignView }) {
  return campaign.codeKind === 'generic' ? '∞' : <Figure value={outOf(campaign)} />;
}

function Left({ campaign }: { campaign: CouponCampaignView }) {
  const { t } = useTranslation('coupons');
  const left = leftOf(campaign);
  return left === null ? (
    <Text inherit c="dimmed" component="span">
      {t('noLimit')}
    </Text>
  ) : (
    <Figure value={left} />
  );
}

export function CampaignState({ state }: { state: CouponCampaignState }) {
  const { t } = useTranslation('coupons');
  return (
    <Badge color={CAMPAIGN_COLORS[state]} title={t(`stateHelp.${state}`)}>
      {t(`states.${state}`)}
    </Badge>
  );
}
