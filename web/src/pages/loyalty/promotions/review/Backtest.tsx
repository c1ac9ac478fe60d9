import { Alert, Button, Group, NumberInput, Paper, Progress, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BacktestView, PromotionDetail } from '../../../../api/promotions.ts';
import { isOpen, promotions } from '../../../../api/promotions.ts';
import { locale } from '../../../../i18n/index.ts';
import { currencyDigits, dateText, dateTimeText, numberText } from '../../../../lib/format.ts';
import { useMe } from '../../../../lib/me.ts';
import { useWrite } from '../../../../ui/mutation.ts';
import { Section } from '../../../../ui/Section.tsx';
import { EmptyState, Loaded } from '../../../../ui/states.tsx';
import { BacktestResult } from './BacktestResult.tsx';

const DAYS = [30, 90, 180, 365] as const;
const BESIDE = ['alone', 'live'] as const;

/** Tried on orders of the past: asked for, watched, read. */
export function Backtest({ promotion }: { promotion: PromotionDetail }) {
  const { may } = useMe();
  const query = useQuery(promotions.backtests(promotion.id));
  return (
    <Loaded query={query}>
      {(items) => (
        <Stack gap="lg">
          {may('loyalty:write') && <Start promotion={promotion} busy={items.some(isOpen)} />}
          <Trials promotion={promotion} items={items} />
        </Stack>
      )}
    </Loaded>
  );
}

function Start({ promotion, busy }: { promotion: PromotionDetail; busy: boolean }) {
  const { t } = useTranslation('launch');
  const { settings } = useMe();
  const [days, setDays] = useState<(typeof DAYS)[number]>(90);
  const [beside, setBeside] = useState<(typeof BESIDE)[number]>('alone');
  const [shipping, setShipping] = useState<number | string>(5);
  const ships = promotion.stage === 'shipping';
  const start = useWrite({
    run: () =>
      promotions.startBacktest(promotion.id, {
        days,
        beside,
        shippingMinor: ships ? Math.round(Number(shipping) * 10 ** currencyDigits(settings.baseCurrency)) : 0,
      }),
    touches: ['promotions'],
  });
  return (
    <Section title={t('trial.title')} hint={t('trial.hint')}>
      <Group align="flex-end" gap="sm" wrap="wrap">
        <Select
          label={t('trial.days')}
          allowDeselect={false}
          w={180}
          data={DAYS.map((value) => ({ value: String(value), label: t('trial.lastDays', { count: value }) }))}
          value={String(days)}
          onChange={(value) => setDays(DAYS.find((one) => String(one) === value) ?? days)}
        />
        <Select
          label={t('trial.beside')}
          allowDeselect={false}
          w={290}
          maw="100%"
          data={BESIDE.map((value) => ({ value, label: t(`beside.${value}`) }))}
          value={beside}
          onChange={(value) => setBeside(BESIDE.find((one) => one === value) ?? beside)}
        />
        {ships && (
          <NumberInput
            label={t('trial.shipping', { currency: settings.baseCurrency })}
            w={200}
            min={0}
            decimalScale={currencyDigits(settings.baseCurrency)}
            value={shipping}
            onChange={setShipping}
          />
        )}
        <Button loading={start.isPending} disabled={busy} onClick={() => start.mutate(undefined)}>
          {t('trial.start')}
        </Button>
      </Group>
    </Section>
  );
}

function Trials({ promotion, items }: { promotion: PromotionDetail; items: BacktestView[] }) {
  const { t } = useTranslation(['launch', 'promotions']);
  const [chosen, choose] = useState<string | null>(null);
  const shown = items.find(({ id }) => id === chosen) ?? items[0];
  if (shown === undefined)
    return (
      <Paper>
        <EmptyState title={t('launch:trial.none')} text={t('launch:trial.noneText')} />
      </Paper>
    );
  return (
    <>
      {items.length > 1 && (
        <Select
          label={t('launch:trial.which')}
          maw={420}
          allowDeselect={false}
          data={items.map((one) => ({
            value: one.id,
            label: `${dateTimeText(one.createdAt, locale())} · ${t('promotions:version', { version: one.version ?? '–' })}`,
          }))}
          value={shown.id}
          onChange={choose}
        />
      )}
      <One promotion={promotion} test={shown} />
    </>
  );
}

function One({ promotion, test }: { promotion: PromotionDetail; test: BacktestView }) {
  const { t } = useTranslation('launch');
  const cancel = useWrite({
    run: () => promotions.cancelBacktest(promotion.id, test.id),
    touches: ['promotions'],
    done: t('trial.cancelled'),
  });
  if (test.state === 'failed')
    return (
      <Alert color="red" title={t('trial.failed')} role="alert">
        {test.error}
      </Alert>
    );
  if (test.state === 'cancelled') return <Alert color="gray">{t('trial.cancelled')}</Alert>;
  if (isOpen(test)) {
    const share = test.ordersTotal === 0 ? 0 : (test.ordersDone / test.ordersTotal) * 100;
    return (
      <Paper p="md" role="status">
        <Group justify="space-between" mb="xs">
          <Text fw={600}>{t(test.state === 'waiting' ? 'trial.waiting' : 'trial.running')}</Text>
          <Button
            size="xs"
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate(undefined)}
          >
            {t('trial.cancel')}
          </Button>
        </Group>
        <Progress value={share} animated aria-label={t('trial.running')} />
        <Text size="sm" c="dimmed" mt={6}>
          {t('trial.done', {
            done: numberText(test.ordersDone, locale()),
            total: numberText(test.ordersTotal, locale()),
          })}
        </Text>
      </Paper>
    );
  }
  if (test.result === null) return null;
  const { from, until, beside } = test.options;
  return (
    <BacktestResult
      result={test.result}
      hint={`${dateText(from, locale())} – ${dateText(until, locale())} · ${t(`beside.${beside}`)}`}
      points={promotion.type === 'bonus_points'}
    />
  );
}
