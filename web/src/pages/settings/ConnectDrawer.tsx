import { Drawer, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { SourceView } from '../../api/sources.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { pageSnippet, serverCurl, trackCurl } from './snippets.ts';

export function ConnectDrawer({ source, onClose }: { source: SourceView | undefined; onClose: () => void }) {
  const { t } = useTranslation(['settings', 'common']);
  const origin = window.location.origin;
  return (
    <Drawer opened={source !== undefined} onClose={onClose} title={source?.name} size="lg">
      {source !== undefined && (
        <Stack gap="lg">
          <div>
            <CopyField label={t('settings:sources.writeKey')} value={source.writeKey} />
            <Text size="sm" c="dimmed" mt={6}>
              {t('settings:sources.writeKeyHint')}
            </Text>
          </div>
          {source.kind !== 'server' && (
            <CopyField label={t('settings:sources.page')} value={pageSnippet(origin, source.writeKey)} />
          )}
          <CopyField label={t('settings:sources.curl')} value={trackCurl(origin, source.writeKey)} />
          <div>
            <CopyField label={t('settings:sources.server')} value={serverCurl(origin, source.writeKey)} />
            <Text size="sm" c="dimmed" mt={6}>
              {t('settings:sources.serverHint')}
            </Text>
          </div>
        </Stack>
      )}
    </Drawer>
  );
}
