import { Button, Group, NumberInput, Progress, SimpleGrid, Text, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CouponBatchView, CouponCampaignView } from '../../../api/coupons.ts';
import { batches, coupons } from '../../../api/coupons.ts';
import { fieldErrors } from '../../../api/problem.ts';
import { locale } from '../../../i18n/index.ts';
import { numberText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import type { Column } from '../../../ui/DataTable.tsx';
import { DataTable } from '../../../ui/DataTable.tsx';
import { DateTime, None } from '../../../ui/format.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Section } from '../../../ui/Section.tsx';
import { VoidBatchDialog } from './VoidDialog.tsx';

/** The API's own bound. */
export const MAX_BATCH = 1_000_000;
const FIRST_COUNT = 1_000;
type Blank = number | '';

/** Codes made or made void many at a time, with how far that is. */
export function Batches({ campaign }: { campaign: CouponCampaignView }) {
  const { t } = useTranslation('coupons');
  const { may } = useMe();
  const query = useQuery(batches.of(campaign.id));
  const [voidingAll, setVoidingAll] = useState(false);
  const columns = useColumns(campaign);
  const writes = may('loyalty:write');
  useFresh(query.data);
  if (campaign.personal && query.data?.length === 0)
    return (
      <Section title={t('batches.title')}>
        <Text size="sm">{t('batches.personalHint')}</Text>
      </Section>
    );
  return (
    <Section
      title={t('batches.title')}
      hint={t('batches.hint')}
      actions={
        writes && (
          <Button size="xs" variant="subtle" color="red" onClick={() => setVoidingAll(true)}>
            {t('batches.voidAll')}
          </Button>
        )
      }
    >
      {writes && !campaign.personal && campaign.state === 'active' && <Make campaign={campaign} />}
      <DataTable
        label={t('batches.title')}
        columns={columns}
        rows={query.data}
        error={query.error}
        onRetry={() => void query.refetch()}
        rowKey={({ id }) => id}
        empty={
          <Text size="sm" c="dimmed">
            {t('batches.none')}
          </Text>
        }
      />
      {voidingAll && (
        <VoidBatchDialog id={campaign.id} batchId={undefined} onClose={() => setVoidingAll(false)} />
      )}
    </Section>
  );
}

/** Figures follow the work; codes are read anew when the last of it ends. */
function useFresh(rows: readonly CouponBatchView[] | undefined): void {
  const client = useQueryClient();
  const going = rows?.some(batches.isGoing) === true;
  const done = rows?.reduce((sum, batch) => sum + batch.done, 0) ?? 0;
  useEffect(() => {
    if (done === 0) return;
    void client.invalidateQueries({ queryKey: ['coupon-campaigns'] });
    if (!going) void client.invalidateQueries({ queryKey: ['coupons'] });
  }, [client, going, done]);
}

function Make({ campaign }: { campaign: CouponCampaignView }) {
  const { t } = useTranslation('coupons');
  const [count, setCount] = useState<Blank>(FIRST_COUNT);
  const [name, setName] = useState('');
  const make = useWrite({
    run: () => batches.make(campaign.id, Number(count), name.trim()),
    touches: ['coupon-batches'],
    done: t('batches.started'),
    onDone: () => setName(''),
    onProblem: (error) => fieldErrors(error)['count'] !== undefined,
  });
  const wrong =
    Number(count) > MAX_BATCH
      ? t('batches.tooMany', { max: numberText(MAX_BATCH, locale()) })
      : fieldErrors(make.error)['count'];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        make.mutate(undefined);
      }}
    >
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md" mb="md" style={{ alignItems: 'end' }}>
        <NumberInput
          label={t('batches.count')}
          min={1}
          allowDecimal={false}
          value={count}
          error={wrong}
          onChange={(value) => setCount(typeof value === 'number' ? value : '')}
        />
        <TextInput
          label={t('batches.label')}
          placeholder={t('batches.labelHint')}
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group>
          <Button
            type="submit"
            loading={make.isPending}
            disabled={count === '' || count < 1 || count > MAX_BATCH}
          >
            {t('batches.make')}
          </Button>
        </Group>
      </SimpleGrid>
    </form>
  );
}

function useColumns(campaign: CouponCampaignView): Column<CouponBatchView>[] {
  const { t } = useTranslation('coupons');
  return [
    {
      key: 'name',
      header: t('batches.name'),
      main: true,
      cell: (batch) => (
        <>
          {t(`batches.kinds.${batch.kind}`)}
          {batch.name !== '' && (
            <Text span inherit c="dimmed">
              {' · '}
              {batch.name}
            </Text>
          )}
        </>
      ),
    },
    { key: 'progress', header: t('batches.progress'), cell: (batch) => <Going batch={batch} /> },
    {
      key: 'at',
      header: t('batches.at'),
      cell: ({ createdAt }) => <DateTime at={createdAt} mode="relative" />,
    },
    {
      key: 'acts',
      header: '',
      align: 'right',
      cell: (batch) => <BatchActions campaign={campaign} batch={batch} />,
    },
  ];
}

function Going({ batch }: { batch: CouponBatchView }) {
  const { t } = useTranslation('coupons');
  const { done, wanted, state, problem } = batch;
  const words = t('batches.done', {
    done: numberText(done, locale()),
    wanted: numberText(wanted, locale()),
  });
  const share = wanted === 0 ? 100 : (done / wanted) * 100;
  return (
    <div style={{ minWidth: 150 }}>
      <Text size="sm" component="div">
        {t(`batches.states.${state}`)} · <span className="otk-figure">{words}</span>
      </Text>
      {batches.isGoing(batch) && (
        <Progress value={share} size="sm" mt={4} aria-label={`${t('batches.progress')}: ${words}`} />
      )}
      {problem === 'coupon_codes_used_up' && (
        <Text size="xs" c="red">
          {t(`batches.problem.${problem}`)}
        </Text>
      )}
    </div>
  );
}

function BatchActions({ campaign, batch }: { campaign: CouponCampaignView; batch: CouponBatchView }) {
  const { t } = useTranslation('coupons');
  const { may } = useMe();
  const [voiding, setVoiding] = useState(false);
  const cancel = useWrite({
    run: () => batches.cancel(batch.id),
    touches: ['coupon-batches', 'coupon-campaigns', 'coupons'],
    done: t('batches.cancelled'),
  });
  if (!may('loyalty:write')) return <None />;
  const name = batch.name === '' ? numberText(batch.wanted, locale()) : batch.name;
  if (batches.isGoing(batch))
    return (
      <Button
        size="xs"
        variant="default"
        loading={cancel.isPending}
        aria-label={t('batches.cancelOf', { name })}
        onClick={() => cancel.mutate(undefined)}
      >
        {t('batches.cancel')}
      </Button>
    );
  if (batch.kind === 'void' || batch.done === 0) return <None />;
  return (
    <Group gap={6} justify="flex-end" wrap="nowrap">
      {may('contacts:export') && (
        <Button
          component="a"
          href={coupons.csvUrl(campaign.id, { batchId: batch.id })}
          download
          size="xs"
          variant="default"
          aria-label={t('batches.exportOf', { name })}
        >
          {t('batches.export')}
        </Button>
      )}
      <Button
        size="xs"
        variant="subtle"
        color="red"
        aria-label={t('batches.voidOf', { name })}
        onClick={() => setVoiding(true)}
      >
        {t('batches.void')}
      </Button>
      {voiding && <VoidBatchDialog id={campaign.id} batchId={batch.id} onClose={() => setVoiding(false)} />}
    </Group>
  );
}
