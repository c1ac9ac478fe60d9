import { Alert, List, Loader, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../../api/problem.ts';
import type { Preview } from '../../../api/segments.ts';
import { language, locale } from '../../../i18n/index.ts';
import { contactName } from '../../../lib/contactName.ts';
import { numberText, shareText } from '../../../lib/format.ts';
import { AnchorLink } from '../../../ui/links.tsx';
import { ErrorState } from '../../../ui/states.tsx';

/** How many fit the rule as it stands, who for example, and the rule in words. */
export function PreviewPanel({ query, waiting }: { query: UseQueryResult<Preview>; waiting: boolean }) {
  const { t } = useTranslation('segments');
  const { data, error, isFetching } = query;
  const wrong = error instanceof ApiError && error.status === 422;
  return (
    <Paper p="md" mb="md" aria-busy={isFetching}>
      <Title order={2} mb="xs">
        {t('preview.title')} {isFetching && <Loader size={14} />}
      </Title>
      {waiting ? (
        <Text size="sm" c="dimmed">
          {t('preview.waiting')}
        </Text>
      ) : wrong ? (
        <Alert color="red">{t('preview.wrong')}</Alert>
      ) : error !== null ? (
        <ErrorState error={error} retry={() => void query.refetch()} />
      ) : (
        data !== undefined && <Found preview={data} />
      )}
    </Paper>
  );
}

function Found({ preview }: { preview: Preview }) {
  const { t } = useTranslation(['segments', 'contacts']);
  const shown = numberText(preview.count, locale());
  return (
    <Stack gap="sm">
      <div aria-live="polite">
        <Text fz={26} fw={650} lh={1.2}>
          {t('segments:preview.count', { count: preview.count, shown })}
        </Text>
        <Text size="sm" c="dimmed">
          {t('segments:share', { share: shareText(preview.share, locale()) })} ·{' '}
          {t('segments:preview.took', { shown: numberText(preview.tookMs, locale()) })}
        </Text>
      </div>
      <Progress
        value={preview.share * 100}
        size="sm"
        aria-label={t('segments:share', { share: shareText(preview.share, locale()) })}
      />
      <Text size="sm">{preview.words[language()]}</Text>
      {preview.warnings.length > 0 && (
        <Alert color="gold" title={t('segments:preview.warnings')}>
          {preview.warnings.map(({ path, message }) => (
            <div key={path}>{message}</div>
          ))}
        </Alert>
      )}
      {preview.sample.length > 0 && (
        <div>
          <Text size="sm" fw={600} mb={4}>
            {t('segments:preview.sample')}
          </Text>
          <List size="sm" listStyleType="none" spacing={2}>
            {preview.sample.map((contact) => (
              <List.Item key={contact.contactId}>
                <AnchorLink to="/contacts/$id" params={{ id: contact.contactId }} target="_blank">
                  {contactName(contact) ?? t('contacts:unnamed')}
                </AnchorLink>
                {contact.country !== null && (
                  <Text span size="sm" c="dimmed">
                    {' '}
                    {contact.country}
                  </Text>
                )}
              </List.Item>
            ))}
          </List>
        </div>
      )}
    </Stack>
  );
}
