import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconId, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { CategoryView } from '../../api/standing.ts';
import { categories } from '../../api/standing.ts';
import { useMe } from '../../lib/me.ts';
import type { Column } from '../../ui/DataTable.tsx';
import { DataTable } from '../../ui/DataTable.tsx';
import { Figure } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { Areas } from './Areas.tsx';
import { useCarries } from './categories/carries.ts';
import { CategoryDrawer } from './categories/CategoryDrawer.tsx';
import { Holders } from './categories/Holders.tsx';
import { CategoryRequests } from './categories/Requests.tsx';

const SOON_DAYS = 30;

export default function CategoriesPage() {
  const { t } = useTranslation('categories');
  const { may } = useMe();
  const [making, make] = useDisclosure(false);
  const create = may('loyalty:write') && (
    <Button leftSection={<IconPlus size={17} />} onClick={make.open}>
      {t('create')}
    </Button>
  );
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} actions={create} />
      <Areas now="categories" />
      <Stack gap="lg">
        <Categories create={create} />
        <CategoryRequests />
        <Section flush title={t('ending.title')} hint={t('ending.hint', { count: SOON_DAYS })}>
          <Holders
            list={categories.ending(SOON_DAYS)}
            label={t('ending.title')}
            mixed
            empty={t('ending.none', { count: SOON_DAYS })}
          />
        </Section>
      </Stack>
      {making && <CategoryDrawer onClose={make.close} />}
    </>
  );
}

function Categories({ create }: { create: React.ReactNode }) {
  const { t } = useTranslation('categories');
  const navigate = useNavigate();
  const carries = useCarries();
  const query = useQuery(categories.all);
  const columns: Column<CategoryView>[] = [
    {
      key: 'name',
      header: t('name'),
      main: true,
      cell: ({ id, name, state }) => (
        <Group gap="xs">
          <AnchorLink to="/loyalty/categories/$id" params={{ id }} c="inherit" fw={550}>
            {name}
          </AnchorLink>
          {state === 'archived' && <Badge color="gray">{t('states.archived')}</Badge>}
        </Group>
      ),
    },
    {
      key: 'holders',
      header: t('holders'),
      align: 'right',
      cell: ({ holders }) => <Figure value={holders} />,
    },
    {
      key: 'waiting',
      header: t('waiting'),
      align: 'right',
      cell: ({ waiting }) => (waiting === 0 ? <Figure value={0} /> : <Badge color="gold">{waiting}</Badge>),
    },
    {
      key: 'gives',
      header: t('gives'),
      cell: (row) =>
        carries(row).join(' · ') || (
          <Text inherit c="dimmed">
            {t('carries.nothing')}
          </Text>
        ),
    },
    {
      key: 'proof',
      header: t('proof'),
      cell: ({ proofRequired, review }) =>
        [proofRequired ? t('proofNeeded') : t('noProof'), t(`reviewsShort.${review}`)].join(' · '),
    },
    {
      key: 'term',
      header: t('term'),
      cell: ({ maxTermDays }) => (maxTermDays === null ? t('forGood') : t('days', { count: maxTermDays })),
    },
  ];
  return (
    <Section flush title={t('all')}>
      <DataTable
        label={t('all')}
        columns={columns}
        rows={query.data}
        error={query.error}
        onRetry={() => void query.refetch()}
        rowKey={({ id }) => id}
        onOpen={({ id }) => void navigate({ to: '/loyalty/categories/$id', params: { id } })}
        empty={<EmptyState icon={<IconId />} title={t('none')} text={t('noneText')} action={create} />}
      />
    </Section>
  );
}
