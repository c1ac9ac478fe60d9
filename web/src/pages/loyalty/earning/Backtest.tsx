import { Alert, Button, Group, Progress, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { BacktestAsk, EarningBacktestView } from '../../../api/earning.ts';
import { backtests, isOpen } from '../../../api/earning.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { ApiError } from '../../../api/problem.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText, shareText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import { useWrite } from '../../../ui/mutation.ts';
import { Section } from '../../../ui/Section.tsx';
import { BacktestResult } from './BacktestResult.tsx';

const SPANS = ['30', '90', '365'] as const;

/** Rules in service with a change, on past orders; without a change the rules as they are. */
export function Backtest(props: {
  program: ProgramView;
  change?: NonNullable<BacktestAsk['changes']>[number];
  /** Shows what is wrong with the change at its fields. */
  onProblem?: (error: unknown) => boolean;
}) {
  const { t } = useTranslation('earning');
  const { program, change } = props;
  const { may } = useMe();
  const [days, setDays] = useState<string>('90');
  const [asked, setAsked] = useState<string>();
  const query = useQuery(backtests.ofProgram(program.id));
  const start = useWrite({
    run: () =>
      backtests.start(program.id, { days: Number(days), changes: change === undefined ? [] : [change] }),
    touches: ['loyalty'],
    onDone: ({ id }) => setAsked(id),
    onProblem: (error) => {
      if (!(error instanceof ApiError) || error.status !== 422 || props.onProblem === undefined) return false;
      return props.onProblem(
        new ApiError({
          status: error.status,
          code: error.code,
          detail: error.message,
          requestId: error.requestId,
          fields: error.fields.map((one) => ({ ...one, path: one.path.replace(/^changes\.0\./, '') })),
        }),
      );
    },
  });
  // Beside a draft only what was asked of it here; of the whole program also what is known from before.
  const shown = query.data?.find(({ id, state }) =>
    asked === undefined ? change === undefined && state !== 'cancelled' : id === asked,
  );
  return (
    <Section
      title={t('backtest.title')}
      hint={t(change === undefined ? 'backtest.hintAll' : 'backtest.hint')}
    >
      <Stack gap="md">
        {may('loyalty:write') && (
          <Group align="flex-end" gap="sm">
            <Select
              label={t('backtest.span')}
              allowDeselect={false}
              w={170}
              data={SPANS.map((value) => ({ value, label: t('backtest.days', { count: Number(value) }) }))}
              value={days}
              onChange={(value) => setDays(value ?? '90')}
            />
            <Button
              variant="default"
              loading={start.isPending}
              disabled={shown !== undefined && isOpen(shown)}
              onClick={() => start.mutate(undefined)}
            >
              {t('backtest.start')}
            </Button>
          </Group>
        )}
        {shown !== undefined && <Shown backtest={shown} program={program} />}
      </Stack>
    </Section>
  );
}

function Shown({ backtest, program }: { backtest: EarningBacktestView; program: ProgramView }) {
  const { t } = useTranslation(['earning', 'common']);
  const { ordersDone, ordersTotal, state, result } = backtest;
  const cancel = useWrite({
    run: () => backtests.cancel(program.id, backtest.id),
    touches: ['loyalty'],
  });
  if (isOpen(backtest)) {
    const share = ordersTotal === 0 ? 0 : ordersDone / ordersTotal;
    return (
      <Stack gap={6} role="status">
        <Progress value={share * 100} aria-label={t('earning:backtest.progress')} />
        <Group justify="space-between">
          <Text size="sm" c="dimmed">
            {t('earning:backtest.done', {
              done: numberText(ordersDone, locale()),
              total: numberText(ordersTotal, locale()),
              share: shareText(share, locale()),
            })}
          </Text>
          <Button
            size="compact-sm"
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate(undefined)}
          >
            {t('common:action.cancel')}
          </Button>
        </Group>
      </Stack>
    );
  }
  if (result !== null) return <BacktestResult result={result} backtest={backtest} zone={program.zone} />;
  return (
    <Alert color={state === 'failed' ? 'red' : 'gray'}>
      {t(state === 'failed' ? 'earning:backtest.failed' : 'earning:backtest.cancelled')}
    </Alert>
  );
}
