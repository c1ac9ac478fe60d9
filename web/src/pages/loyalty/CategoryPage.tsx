import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CategoryView } from '../../api/standing.ts';
import { categories } from '../../api/standing.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { useCarries } from './categories/carries.ts';
import { CategoryDrawer } from './categories/CategoryDrawer.tsx';
import { Holders } from './categories/Holders.tsx';
import { AssignDrawer } from './member/AssignDrawer.tsx';

const route = getRouteApi('/app/loyalty/categories/$id');

export default function CategoryPage() {
  const { id } = route.useParams();
  return (
    <Loaded page query={useQuery(categories.one(id))}>
      {(category) => <Category category={category} />}
    </Loaded>
  );
}

function Category({ category }: { category: CategoryView }) {
  const { t } = useTranslation('categories');
  const { may } = useMe();
  const carries = useCarries()(category);
  const [open, setOpen] = useState<'change' | 'assign'>();
  const close = () => setOpen(undefined);
  const active = category.state === 'active';
  return (
    <>
      <PageHeader
        title={category.name}
        up={{ to: '/loyalty/categories', label: t('title') }}
        badge={
          <Badge color={active ? 'pine' : 'gray'}>{t(active ? 'states.active' : 'states.archived')}</Badge>
        }
        description={t(`kinds.${category.kind}`)}
        actions={
          may('loyalty:write') && (
            <>
              {active && <Button onClick={() => setOpen('assign')}>{t('assign')}</Button>}
              <Button variant="default" onClick={() => setOpen('change')}>
                {t('change')}
              </Button>
              <StateButton category={category} />
            </>
          )
        }
      />
      <Stack gap="lg">
        <Section title={t('rules')}>
          <Stack gap={6}>
            <Line label={t('gives')} text={carries.join(' · ') || t('carries.nothing')} />
            <Line
              label={t('proof')}
              text={`${category.proofRequired ? t('proofNeeded') : t('noProof')} · ${t(`reviews.${category.review}`)}`}
            />
            <Line
              label={t('term')}
              text={category.maxTermDays === null ? t('forGood') : t('days', { count: category.maxTermDays })}
            />
          </Stack>
        </Section>
        <Section flush title={t('members')} hint={t('membersHint')}>
          <Holders
            list={categories.members(category.id)}
            label={t('members')}
            empty={t('noMembers')}
            emptyText={t('noMembersText')}
          />
        </Section>
      </Stack>
      {open === 'change' && <CategoryDrawer category={category} onClose={close} />}
      {open === 'assign' && <AssignDrawer categoryId={category.id} onClose={close} />}
    </>
  );
}

function Line({ label, text }: { label: string; text: string }) {
  return (
    <Group gap="xs" align="baseline">
      <Text size="sm" c="dimmed" miw={120}>
        {label}
      </Text>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {text}
      </Text>
    </Group>
  );
}

function StateButton({ category }: { category: CategoryView }) {
  const { t } = useTranslation('categories');
  const [asking, setAsking] = useState(false);
  const active = category.state === 'active';
  const change = useWrite({
    run: () =>
      categories.change(category.id, { version: category.version, state: active ? 'archived' : 'active' }),
    touches: ['standing'],
    done: t(active ? 'archived' : 'restored'),
    onDone: () => setAsking(false),
  });
  return (
    <>
      <Button
        variant="default"
        loading={change.isPending}
        onClick={() => (active ? setAsking(true) : change.mutate(undefined))}
      >
        {t(active ? 'archive' : 'restore')}
      </Button>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('archiveTitle', { name: category.name })}
        text={t('archiveText', { count: category.holders })}
        yes={t('archive')}
        danger
        busy={change.isPending}
        onYes={() => change.mutate(undefined)}
      />
    </>
  );
}
