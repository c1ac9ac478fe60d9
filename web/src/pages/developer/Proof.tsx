import { Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SourceView } from '../../api/sources.ts';
import { sources } from '../../api/sources.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { Section } from '../../ui/Section.tsx';
import { proofNode, proofPhp, proofPython, proofUse } from './samples.ts';

/** How a site's server proves who is signed in: the secret, and the few lines that use it. */
export function Proof({ source }: { source: SourceView }) {
  const { t } = useTranslation('developer');
  const { may } = useMe();
  return (
    <Section title={t('proof')} hint={t('proofHint')}>
      <Stack gap="md">
        {may('tracking:write') && <Secret sourceId={source.id} />}
        <CopyField label="Node.js" value={proofNode} />
        <CopyField label="PHP" value={proofPhp} />
        <CopyField label="Python" value={proofPython} />
        <CopyField label={t('proofUse')} value={proofUse} />
      </Stack>
    </Section>
  );
}

function Secret({ sourceId }: { sourceId: string }) {
  const { t } = useTranslation('developer');
  const [secret, setSecret] = useState<string>();
  const [asking, ask] = useDisclosure(false);
  const show = useWrite({
    run: () => sources.secret(sourceId),
    touches: [],
    onDone: (found) => setSecret(found.secret),
  });
  const rotate = useWrite({
    run: () => sources.rotateSecret(sourceId),
    touches: [],
    done: t('secretRotated'),
    onDone: (made) => {
      setSecret(made.secret);
      ask.close();
    },
  });
  return (
    <Stack gap="xs">
      {secret !== undefined && <CopyField label={t('secret')} value={secret} />}
      <Text size="sm" c="dimmed">
        {t('secretHint')}
      </Text>
      <Group gap="xs">
        {secret === undefined && (
          <Button variant="default" loading={show.isPending} onClick={() => show.mutate()}>
            {t('secretShow')}
          </Button>
        )}
        <Button variant="subtle" color="red" onClick={ask.open}>
          {t('secretRotate')}
        </Button>
      </Group>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('secretRotateTitle')}
        text={t('secretRotateText')}
        yes={t('secretRotate')}
        danger
        busy={rotate.isPending}
        onYes={() => rotate.mutate()}
      />
    </Stack>
  );
}
