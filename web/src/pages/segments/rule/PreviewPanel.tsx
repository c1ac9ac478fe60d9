import {
  Alert,
  Anchor,
  Checkbox,
  Group,
  List,
  Loader,
  Paper,
  Progress,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../../api/problem.ts';
import type { Moment, Preview } from '../../../api/segments.ts';
import { language, locale } from '../../../i18n/index.ts';
import { contactName } from '../../../lib/contactName.ts';
import { dateTimeText, numberText, shareText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import { ErrorState } from '../../../ui/states.tsx';
import { ExplainDrawer } from '../explain/ExplainDrawer.tsx';
import { SimulateButton } from '../insight/Simulation.tsx';

/** Another moment to count for: as a datetime-local field has it; `known`: with what was known by then. */
export type AsOf = { at: string; known: boolean };

type Props = {
  query: UseQueryResult<Preview>;
  /** Conditions are unfinished. */
  waiting: boolean;
  asOf: AsOf;
  onAsOf: (asOf: AsOf) => void;
  rule: unknown;
  selfId: string | undefined;
  moment: Moment;
};

/** How many fit the rule as it stands, who for example, and the rule in words. */
export function PreviewPanel(props: Props) {
  const { t } = useTranslation('segments');
  const { query, waiting, asOf } = props;
  const { data, error, isFetching } = query;
  const wrong = error instanceof ApiError && error.status === 422;
  return (
    <Paper p="md" mb="md" aria-busy={isFetching} component="section" aria-label={t('preview.title')}>
      <Title order={2} mb="xs">
        {asOf.at === '' ? t('preview.title') : t('preview.titleThen')} {isFetching && <Loader size={14} />}
      </Title>
      {waiting ? (
        <Text size="sm" c="dimmed">
          {t('preview.waiting')}
        </Text>
      ) : wrong ? (
        <Wrong error={error} />
      ) : error !== null ? (
        <ErrorState error={error} retry={() => void query.refetch()} />
      ) : (
        data !== undefined && <Found preview={data} {...props} />
      )}
      <When asOf={asOf} onAsOf={props.onAsOf} />
    </Paper>
  );
}

function Wrong({ error }: { error: ApiError }) {
  const { t } = useTranslation('segments');
  const aboutMoment = error.fields.some(({ path }) => path === 'now' || path === 'knownAt');
  return <Alert color="red">{aboutMoment ? error.message : t('preview.wrong')}</Alert>;
}

/** The moment asked about; now when empty. */
function When({ asOf, onAsOf }: Pick<Props, 'asOf' | 'onAsOf'>) {
  const { t } = useTranslation('segments');
  const [open, { toggle }] = useDisclosure(asOf.at !== '');
  return (
    <Stack gap={6} mt="md">
      <Anchor component="button" type="button" size="sm" ta="left" aria-expanded={open} onClick={toggle}>
        {t('preview.asOf')}
      </Anchor>
      {open && (
        <>
          <Group gap="xs" wrap="nowrap">
            <TextInput
              type="datetime-local"
              size="sm"
              flex={1}
              aria-label={t('preview.moment')}
              value={asOf.at}
              onChange={(event) => onAsOf({ ...asOf, at: event.currentTarget.value })}
            />
            <Anchor
              component="button"
              type="button"
              size="sm"
              onClick={() => onAsOf({ at: '', known: false })}
            >
              {t('preview.now')}
            </Anchor>
          </Group>
          <Checkbox
            size="sm"
            label={t('preview.knownThen')}
            checked={asOf.known}
            disabled={asOf.at === ''}
            onChange={(event) => onAsOf({ ...asOf, known: event.currentTarget.checked })}
          />
        </>
      )}
    </Stack>
  );
}

/** Of all contacts, or of those that the asker may see. */
function useShareWords(): (share: number) => string {
  const { t } = useTranslation('segments');
  const { user } = useMe();
  return (share) =>
    t(user.visibility === 'all' ? 'share' : 'shareSeen', { share: shareText(share, locale()) });
}

/** The figure; where time was up, how it was told and between which bounds it lies. */
export function Count({ preview }: { preview: Preview }) {
  const { t } = useTranslation('segments');
  const shareWords = useShareWords();
  const figure = (value: number) => numberText(value, locale());
  const { count, bounds, looked } = preview;
  const shown = figure(count);
  if (!preview.partial)
    return (
      <>
        <Text fz={26} fw={650} lh={1.2}>
          {t('preview.count', { count, shown })}
        </Text>
        <Text size="sm" c="dimmed">
          {shareWords(preview.share)} · {t('preview.took', { shown: figure(preview.tookMs) })}
        </Text>
      </>
    );
  if (looked === 0) return <Text fw={600}>{t('preview.noTime')}</Text>;
  return (
    <>
      <Text fz={26} fw={650} lh={1.2}>
        {t('preview.about', { shown: figure(Number(count.toPrecision(3))) })}
      </Text>
      <Text size="sm">{t('preview.between', { low: figure(bounds.low), high: figure(bounds.high) })}</Text>
      <Text size="sm" c="dimmed">
        {t('preview.looked', { share: shareText(looked, locale()) })}
      </Text>
    </>
  );
}

function Found({ preview, rule, selfId, moment }: Props & { preview: Preview }) {
  const { t } = useTranslation(['segments', 'contacts']);
  const [asked, ask] = useState<{ id: string; name: string }>();
  const shareWords = useShareWords();
  return (
    <Stack gap="sm">
      <div aria-live="polite">
        <Count preview={preview} />
        {moment.now !== undefined && (
          <Text size="sm" c="dimmed">
            {t('segments:preview.at', { at: dateTimeText(preview.now, locale()) })}
          </Text>
        )}
      </div>
      <Progress value={preview.share * 100} size="sm" aria-label={shareWords(preview.share)} />
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        {preview.words[language()]}
      </Text>
      {preview.sample.length > 0 && (
        <div>
          <Text size="sm" fw={600}>
            {t('segments:preview.sample')}
          </Text>
          <Text size="xs" c="dimmed" mb={4}>
            {t('segments:preview.sampleHint')}
          </Text>
          <List size="sm" listStyleType="none" spacing={2}>
            {preview.sample.map((contact) => {
              const name = contactName(contact) ?? t('contacts:unnamed');
              return (
                <List.Item key={contact.contactId}>
                  <Anchor
                    component="button"
                    type="button"
                    size="sm"
                    aria-label={t('segments:explain.whyOf', { name })}
                    onClick={() => ask({ id: contact.contactId, name })}
                  >
                    {name}
                  </Anchor>
                  {contact.country !== null && (
                    <Text span size="sm" c="dimmed">
                      {' '}
                      {contact.country}
                    </Text>
                  )}
                </List.Item>
              );
            })}
          </List>
        </div>
      )}
      <SimulateButton rule={rule} segmentId={selfId} />
      <ExplainDrawer
        opened={asked !== undefined}
        onClose={() => ask(undefined)}
        asked={{ rule, segmentId: selfId }}
        contact={asked}
        moment={moment}
      />
    </Stack>
  );
}
