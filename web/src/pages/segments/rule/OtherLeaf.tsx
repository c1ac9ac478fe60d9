import { Alert, Code, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { segments } from '../../../api/segments.ts';
import { language } from '../../../i18n/index.ts';
import type { LeafProps } from './LeafRow.tsx';

/** A condition this console has no fields for: what it says, in the server's words, and as it stands. It stays as it is. */
export function OtherLeaf({ leaf }: LeafProps) {
  const { t } = useTranslation('segments');
  const { data } = useQuery(segments.preview(leaf, undefined));
  return (
    <Alert color="gray" variant="light" p="xs" flex={1} miw={240}>
      <Text size="sm" fw={550}>
        {data?.words[language()] ?? t('builder.noFields')}
      </Text>
      <Text size="xs" c="dimmed">
        {t('builder.keptAsIs')}
      </Text>
      <Code block mt={4}>
        {JSON.stringify(leaf, null, 1)}
      </Code>
    </Alert>
  );
}
