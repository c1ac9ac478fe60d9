import { Stack } from '@mantine/core';
import { IconUsersGroup } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { identity } from '../../api/identity.ts';
import { useList } from '../../lib/list.ts';
import { More } from '../../ui/More.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { EmptyState, ErrorState, Loading } from '../../ui/states.tsx';
import { Review } from './Review.tsx';

/** Pairs of contacts that may be one person: side by side, for a person to decide. */
export default function ReviewsPage() {
  const { t } = useTranslation('identity');
  const list = useList(identity.reviews());
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      {list.rows === undefined && list.error !== null && (
        <ErrorState error={list.error} retry={list.onRetry} />
      )}
      {list.rows === undefined && list.error === null && <Loading lines={6} height={26} />}
      {list.rows?.length === 0 && (
        <EmptyState icon={<IconUsersGroup />} title={t('empty')} text={t('emptyText')} />
      )}
      <Stack gap="lg">
        {list.rows?.map((review) => (
          <Review key={review.id} review={review} />
        ))}
      </Stack>
      <More more={list.more} />
    </>
  );
}
