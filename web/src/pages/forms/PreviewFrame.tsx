import { Group, Paper, SegmentedControl, Text, Title } from '@mantine/core';
import { useComputedColorScheme } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FormDefinition, FormLocale } from '../../api/forms.ts';
import { forms } from '../../api/forms.ts';
import classes from './forms.module.css';

/** Long enough not to ask at every letter. */
const CALM_MS = 350;

/** The very page visitors get, in a frame that may do nothing. */
export function PreviewFrame({ definition, locale }: { definition: FormDefinition; locale: FormLocale }) {
  const { t } = useTranslation('forms');
  const own = useComputedColorScheme('light');
  const [chosen, setChosen] = useState<'light' | 'dark'>();
  const theme = chosen ?? own;
  const [calm] = useDebouncedValue(definition, CALM_MS);
  const { data, error } = useQuery(forms.preview(calm, locale, theme));
  // What was last whole stays while something is half-written.
  const [whole, setWhole] = useState('');
  if (data !== undefined && data.html !== whole) setWhole(data.html);
  return (
    <Paper p="md">
      <Group justify="space-between" mb="xs">
        <Title order={2}>{t('preview.section')}</Title>
        <SegmentedControl
          size="xs"
          aria-label={t('preview.look')}
          data={(['light', 'dark'] as const).map((value) => ({ value, label: t(`preview.${value}`) }))}
          value={theme}
          onChange={setChosen}
        />
      </Group>
      <iframe className={classes['preview']} title={t('preview.section')} sandbox="" srcDoc={whole} />
      {error !== null && (
        <Text size="sm" c="dimmed" mt="xs" role="status">
          {t('preview.broken')}
        </Text>
      )}
    </Paper>
  );
}
