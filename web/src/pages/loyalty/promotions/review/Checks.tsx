import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconInfoCircle, IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { CheckAnswer, CheckItem, PromotionDetail } from '../../../../api/promotions.ts';
import { promotions } from '../../../../api/promotions.ts';
import { locale } from '../../../../i18n/index.ts';
import { moneyText, numberText } from '../../../../lib/format.ts';
import { useMe } from '../../../../lib/me.ts';
import type { Column } from '../../../../ui/DataTable.tsx';
import { DataTable } from '../../../../ui/DataTable.tsx';
import { useWrite } from '../../../../ui/mutation.ts';
import { Section } from '../../../../ui/Section.tsx';
import { Loaded } from '../../../../ui/states.tsx';
import classes from '../promotions.module.css';

/** What should be known before a launch, what to do about it, and the launch itself. */
export function Checks({ promotion }: { promotion: PromotionDetail }) {
  const { t } = useTranslation('launch');
  const { may } = useMe();
  const query = useQuery(promotions.checks(promotion.id, promotion.version));
  const draft = promotion.state === 'draft';
  return (
    <>
      <Section title={t(draft ? 'checks.title' : 'checks.titleLive')} hint={t('checks.hint')}>
        <Loaded query={query}>
          {(found) => (
            <Stack gap="md">
              <Items items={found.items} />
              {draft && may('loyalty:write') && <Launch promotion={promotion} found={found} />}
            </Stack>
          )}
        </Loaded>
      </Section>
      {query.data !== undefined && query.data.interference.offers > 1 && (
        <Interference found={query.data.interference} />
      )}
    </>
  );
}

function Launch({ promotion, found }: { promotion: PromotionDetail; found: CheckAnswer }) {
  const { t } = useTranslation('launch');
  const launch = useWrite({
    run: () => promotions.move(promotion.id, 'launch', promotion.version),
    touches: ['promotions'],
    done: t('moved.launch'),
  });
  return (
    <Group gap="sm">
      <Button
        loading={launch.isPending}
        disabled={!found.launchable}
        onClick={() => launch.mutate(undefined)}
      >
        {t('move.launch')}
      </Button>
      <Text size="sm" c="dimmed">
        {t(found.launchable ? 'checks.ready' : 'checks.blocked')}
      </Text>
    </Group>
  );
}

const ICONS = { block: IconLock, warn: IconAlertTriangle, info: IconInfoCircle };
const COLORS = { block: 'red', warn: 'gold', info: 'sky' };
const RANK = { block: 0, warn: 1, info: 2 };

function Items({ items }: { items: readonly CheckItem[] }) {
  const { t } = useTranslation('launch');
  if (items.length === 0)
    return (
      <Group gap="xs">
        <IconCircleCheck size={18} color="var(--mantine-color-pine-6)" aria-hidden="true" />
        <Text size="sm">{t('checks.none')}</Text>
      </Group>
    );
  return (
    <ul className={classes['checks']}>
      {items
        .toSorted((a, b) => RANK[a.level] - RANK[b.level])
        .map((item) => (
          <Item key={`${item.code} ${item.at ?? ''}`} item={item} />
        ))}
    </ul>
  );
}

function Item({ item }: { item: CheckItem }) {
  const { t, i18n } = useTranslation('launch');
  const Icon = ICONS[item.level];
  const known = i18n.exists(`launch:check.${item.code}.text`);
  const params = Object.fromEntries(Object.entries(item.params).map(([key, value]) => [key, wordsOf(value)]));
  const told = (part: 'text' | 'todo'): string =>
    t(`check.${item.code}.${part}` as 'check.no_end.text', { names: '', ...params });
  return (
    <li className={classes['check']}>
      <Icon size={18} color={`var(--mantine-color-${COLORS[item.level]}-6)`} aria-hidden="true" />
      <div>
        <Group gap={6}>
          <Text size="sm" fw={550}>
            {known ? told('text') : item.detail}
          </Text>
          <Badge size="xs" color={COLORS[item.level]}>
            {t(`level.${item.level}`)}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed">
          {known ? told('todo') : (item.at ?? '')}
        </Text>
      </div>
    </li>
  );
}

/** Exact decimals come as texts: a share of 88.822 % need not be told to the third digit. */
const DECIMAL = /^-?\d+(\.\d+)?$/;

const wordsOf = (value: string | number | string[]): string => {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'number' || DECIMAL.test(value) ? numberText(Number(value), locale(), 1) : value;
};

type Pair = CheckAnswer['interference']['pairs'][number];

/** Which live offers it meets, and how deep they go together. */
function Interference({ found }: { found: CheckAnswer['interference'] }) {
  const { t } = useTranslation('launch');
  const { settings } = useMe();
  const { deepest, pairs, carts, sample, offers, more } = found;
  const columns: Column<Pair>[] = [
    { key: 'b', header: t('meets.with'), main: true, cell: ({ b }) => b.name },
    {
      key: 'how',
      header: t('meets.how'),
      cell: ({ excluded, sameStage }) =>
        t(excluded ? 'meets.excluded' : sameStage ? 'meets.competes' : 'meets.addsUp'),
    },
    {
      key: 'products',
      header: t('meets.products'),
      align: 'right',
      cell: ({ sharedProducts }) => numberText(sharedProducts, locale()),
    },
    {
      key: 'together',
      header: t('meets.together'),
      align: 'right',
      cell: ({ together }) => numberText(together, locale()),
    },
    {
      key: 'keptOut',
      header: t('meets.keptOut'),
      align: 'right',
      cell: ({ keptOut }) => numberText(keptOut, locale()),
    },
  ];
  const sampled = sample === 'none' ? 'meets.noSample' : (`meets.sample.${sample}` as const);
  return (
    <Section flush title={t('meets.title')} hint={t(sampled, { carts, count: offers - 1 })}>
      {deepest !== null && (
        <Text size="sm" px="md" pb="sm">
          {t('meets.deepest', {
            percent: numberText(Number(deepest.percent), locale(), 1),
            before: moneyText(deepest.listMinor, deepest.currency || settings.baseCurrency, locale()),
            after: moneyText(deepest.listMinor - deepest.discountMinor, deepest.currency, locale()),
            names: deepest.offers.map(({ name }) => name).join(', '),
          })}
        </Text>
      )}
      <DataTable
        label={t('meets.title')}
        columns={columns}
        rows={pairs}
        rowKey={({ b }) => b.id}
        empty={
          <Text size="sm" c="dimmed" p="md">
            {t('meets.nobody')}
          </Text>
        }
      />
      {more && (
        <Text size="sm" c="dimmed" p="md">
          {t('meets.more')}
        </Text>
      )}
    </Section>
  );
}
