import { Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { SourceView } from '../../api/sources.ts';
import { sources } from '../../api/sources.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { Section } from '../../ui/Section.tsx';
import { Loaded } from '../../ui/states.tsx';
import { serverCurl, trackCurl } from '../settings/snippets.ts';
import { ApiReference } from './ApiReference.tsx';
import { Proof } from './Proof.tsx';
import { segmentBrowser, segmentNode } from './samples.ts';

/** Everything to paste: the line for pages, calls of the page, Segment's clients, servers, the proof of a user id. */
export function Connect({ source }: { source: SourceView }) {
  const { t } = useTranslation('developer');
  const inPages = source.kind !== 'server';
  return (
    <Stack gap="lg">
      {inPages && <Snippet id={source.id} />}
      <Section title={t('key')} hint={t('keyHint')}>
        <CopyField label={t('writeKey')} value={source.writeKey} />
      </Section>
      {inPages && <ApiReference />}
      <Loaded query={useQuery(sources.snippet(source.id))}>
        {({ host }) => <Calls host={host} source={source} inPages={inPages} />}
      </Loaded>
      <Proof source={source} />
    </Stack>
  );
}

/** The address is the one the line for pages has, whichever way this console was reached. */
function Calls({ host, source, inPages }: { host: string; source: SourceView; inPages: boolean }) {
  const { t } = useTranslation('developer');
  return (
    <>
      <Section title={t('http')} hint={t('httpHint')}>
        <Stack gap="md">
          <CopyField label={t('curl')} value={trackCurl(host, source.writeKey)} />
          <CopyField label={t('serverCurl')} value={serverCurl(host, source.writeKey)} />
        </Stack>
      </Section>
      <Section title={t('segment')} hint={t('segmentHint')}>
        <Stack gap="md">
          <CopyField label="Node.js · @segment/analytics-node" value={segmentNode(host, source.writeKey)} />
          {inPages && (
            <CopyField
              label={`${t('browser')} · @segment/analytics-next`}
              value={segmentBrowser(host, source.writeKey)}
            />
          )}
        </Stack>
      </Section>
    </>
  );
}

function Snippet({ id }: { id: string }) {
  const { t } = useTranslation('developer');
  return (
    <Section title={t('snippet')} hint={t('snippetHint')}>
      <Loaded query={useQuery(sources.snippet(id))}>
        {(snippet) => (
          <Stack gap="md">
            <CopyField label={t('line')} value={snippet.html} />
            <Text size="sm" c="dimmed">
              {t('lineHint', { version: snippet.version })}
            </Text>
            <CopyField label={t('loader')} value={snippet.inlineLoader} />
            <CopyField label={t('latest')} value={snippet.latestHtml} />
            <CopyField label={t('worker')} value={snippet.serviceWorker} />
          </Stack>
        )}
      </Loaded>
    </Section>
  );
}
