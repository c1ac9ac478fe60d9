import { SimpleGrid, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Password } from './Password.tsx';
import { SecondFactor } from './SecondFactor.tsx';
import { Sessions } from './Sessions.tsx';

/** One's own way in: password, second step, where one is signed in. */
export default function SecurityPage() {
  const { t } = useTranslation('account');
  return (
    <>
      <PageHeader title={t('title')} description={t('description')} />
      <Stack gap="lg">
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
          <Password />
          <SecondFactor />
        </SimpleGrid>
        <Sessions />
      </Stack>
    </>
  );
}
