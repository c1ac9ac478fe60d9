import { Badge, Button, Group, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconDiscount, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { programs } from '../../api/loyalty.ts';
import type { AccumulativeView } from '../../api/standing.ts';
import { accumulatives } from '../../api/standing.ts';
import { locale } from '../../i18n/index.ts';
import { moneyText } from '../../lib/format.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { AnchorLink, ButtonLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Areas } from './Areas.tsx';
import { PersonalDrawer } from './discounts/PersonalDrawer.tsx';
import { PersonalInForce } from './discounts/PersonalInForce.tsx';
import { PersonalRequests } from './discounts/PersonalRequests.tsx';
import { useWindow } from './tiers/words.ts';

export default function DiscountsPage() {
  const { t } = useTranslation('discounts');
  const { may } = useMe();
  const [giving, give] = useDisclosure(false);
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <Areas now="discounts" />
      <Stack gap="lg">
        <Accumulative />
        <PersonalInForce
          give={
            may('loyalty:write') && (
              <Button variant="default" onClick={give.open}>
                {t('personal.give')}
              </Button>
            )
          }
        />
        <PersonalRequests />
      </Stack>
      {giving && <PersonalDrawer onClose={give.close} />}
    </>
  );
}

function Accumulative() {
  const { t } = useTranslation('discounts');
  const { may } = useMe();
  const navigate = useNavigate();
  const windowOf = useWindow();
  const { data: known = [] } = useQuery(programs.all);
  const query = useQuery(accumulatives.all);
  const create = may('loyalty:write') && (
    <ButtonLink to="/loyalty/discounts/new" leftSection={<IconPlus size={17} />}>
      {t('create')}
    </ButtonLink>
  );
  const columns: Column<AccumulativeView>[] = [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: ({ id, name, state }) => (
        <Group gap="xs">
          <AnchorLink to="/loyalty/discounts/$id" params={{ id }} c="inherit" fw={550}>
            {name}
          </AnchorLink>
          {state === 'archived' && <Badge color="gray">{t('archivedState')}</Badge>}
        </Group>
      ),
    },
    {
      key: 'steps',
      header: t('steps'),
      cell: ({ thresholds, currency }) =>
        thresholds
          .map(({ fromMinor, percent }) =>
            t('step', { percent, from: moneyText(fromMinor, currency, locale()) }),
          )
          .join(' · '),
    },
    { key: 'window', header: t('window'), cell: ({ window }) => windowOf(window) },
    {
      key: 'who',
      header: t('who'),
      cell: ({ programId }) =>
        programId === null ? t('form.everybody') : (known.find(({ id }) => id === programId)?.name ?? ''),
    },
  ];
  return (
    <Section flush title={t('accumulative')} hint={t('accumulativeHint')} actions={create}>
      <DataTable
        label={t('accumulative')}
        columns={columns}
        rows={query.data}
        error={query.error}
        onRetry={() => void query.refetch()}
        rowKey={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: '/loyalty/discounts/$id', params: { id } })}
        empty={<EmptyState icon={<IconDiscount />} title={t('none')} text={t('noneText')} />}
      />
    </Section>
  );
}
