import { Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SourceView } from '../../api/sources.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { Section } from '../../ui/Section.tsx';
import { proofNode, proofPhp, proofPython, proofUse } from './samples.ts';

/** How a site's server proves who is signed in. The secret itself is shown under the settings. */
export function Proof({ source: _source }: { source: SourceView }) {
  const { t } = useTranslation('developer');
  return (
    <Section title={t('proof')} hint={t('proofHint')}>
      <Stack gap="md">
        <CopyField label="Node.js" value={proofNode} />
        <CopyField label="PHP" value={proofPhp} />
        <CopyField label="Python" value={proofPython} />
        <CopyField label={t('proofUse')} value={proofUse} />
      </Stack>
    </Section>
  );
}
