import { Alert, Button, Group, Select, SimpleGrid, Stack, Tabs, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { newKey } from '../../api/client.ts';
import { ApiError } from '../../api/problem.ts';
import { channelName, CHANNELS } from '@server/campaigns/contract.channel.ts';
import type { ChannelName, TemplateVariant, TemplateView } from '../../api/templates.ts';
import { channelProviders, templates } from '../../api/templates.ts';
import { language } from '../../i18n/index.ts';
import { fieldText, problemText } from '../../i18n/problems.ts';
import { useMe } from '../../lib/me.ts';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import type { Caret } from './caret.ts';
import { inserted } from './caret.ts';
import type { Draft } from './draft.ts';
import { draftOf, freshDraft, freshVariant, keyOf } from './draft.ts';
import { TemplatePreview } from './TemplatePreview.tsx';
import { VariantFields } from './VariantFields.tsx';
import { VariablesHelp } from './VariablesHelp.tsx';

const PURPOSES = ['informational', 'activation'] as const;
const LOCALES = ['en', 'ru', 'de', 'fr', 'es', 'pt', 'it', 'pl', 'uk'];

/** Writes a template: a text per language at the left, how it looks at the right, faults at their lines. */
export function TemplateEditor({ template }: { template?: TemplateView }) {
  const { t } = useTranslation(['templates', 'common']);
  const { may } = useMe();
  const navigate = useNavigate();
  const [draft, setDraft] = useState<Draft>(() =>
    template === undefined ? freshDraft(language()) : draftOf(template),
  );
  const [shown, setShown] = useState(draft.variants[0]?.locale ?? 'en');
  const [caret, setCaret] = useState<Caret | null>(null);
  const variant = draft.variants.find(({ locale }) => locale === shown);
  const save = useWrite({
    run: ({ key: _key, channel, ...input }: Draft) =>
      template === undefined
        ? templates.create({ ...input, channel, key: keyOf(input.name, newKey().slice(0, 6)) })
        : templates.change(template.id, input),
    touches: ['templates'],
    done: t('templates:saved'),
    onDone: ({ id }) => void navigate({ to: '/templates/$id', params: { id } }),
    onProblem: (error) => error instanceof ApiError && error.status < 500,
  });
  const setVariant = (change: Partial<TemplateVariant>) =>
    setDraft((now) => ({
      ...now,
      variants: now.variants.map((one) => (one.locale === shown ? { ...one, ...change } : one)),
    }));
  const setChannel = (channel: ChannelName) =>
    setDraft((now) => ({
      ...now,
      channel,
      variants: now.variants.map(({ locale }) => freshVariant(locale, channel)),
    }));
  const insert = (snippet: string, block: boolean) => {
    if (variant === undefined) return;
    const fallback: Caret = { part: 'text', start: variant.text.length, end: variant.text.length };
    const at = caret ?? fallback;
    setVariant(inserted(variant, at, snippet, block));
    const end = at.start + snippet.length;
    setCaret({ ...at, start: end, end });
  };
  const addLocale = (locale: string) => {
    setDraft((now) => ({ ...now, variants: [...now.variants, freshVariant(locale, now.channel)] }));
    setShown(locale);
  };
  const removeLocale = () => {
    const rest = draft.variants.filter(({ locale }) => locale !== shown);
    setDraft({ ...draft, variants: rest });
    setShown(rest[0]?.locale ?? 'en');
  };
  const writes = may('campaigns:write');
  return (
    <>
      <PageHeader
        title={template?.name ?? t('templates:create')}
        up={{ to: '/templates', label: t('templates:title') }}
        description={
          template === undefined ? undefined : t('templates:versionNo', { version: template.version })
        }
        actions={
          writes && (
            <Button
              loading={save.isPending}
              disabled={draft.name.trim() === ''}
              title={draft.name.trim() === '' ? t('templates:nameFirst') : undefined}
              onClick={() => save.mutate(draft)}
            >
              {template === undefined ? t('templates:saveNew') : t('templates:saveVersion')}
            </Button>
          )
        }
      />
      {save.error instanceof ApiError && <Refusal error={save.error} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap="md" miw={0}>
          <Section title={t('templates:about')}>
            <Stack gap="sm">
              <TextInput
                label={t('templates:name')}
                value={draft.name}
                disabled={!writes}
                data-autofocus
                onChange={(event) => setDraft({ ...draft, name: event.currentTarget.value })}
              />
              <Select
                label={t('templates:channel')}
                description={useProviderWords(draft.channel)}
                allowDeselect={false}
                disabled={!writes || template !== undefined}
                data={CHANNELS.map((value) => ({ value, label: t(`templates:channels.${value}`) }))}
                value={draft.channel}
                onChange={(value) => setChannel(channelName.parse(value))}
              />
              <Select
                label={t('templates:purpose')}
                allowDeselect={false}
                disabled={!writes}
                data={PURPOSES.map((value) => ({ value, label: t(`templates:purposes.${value}`) }))}
                value={draft.purpose}
                onChange={(purpose) =>
                  setDraft({ ...draft, purpose: purpose === 'activation' ? 'activation' : 'informational' })
                }
              />
            </Stack>
          </Section>
          <Section title={t('templates:texts')}>
            <Tabs value={shown} onChange={(next) => setShown(next ?? shown)} keepMounted={false}>
              <Group justify="space-between" mb="sm" gap="xs">
                <Tabs.List>
                  {draft.variants.map(({ locale }) => (
                    <Tabs.Tab key={locale} value={locale}>
                      {locale}
                    </Tabs.Tab>
                  ))}
                </Tabs.List>
                {writes && (
                  <Select
                    size="xs"
                    w={150}
                    aria-label={t('templates:addLanguage')}
                    placeholder={t('templates:addLanguage')}
                    value={null}
                    data={LOCALES.filter((one) => !draft.variants.some(({ locale }) => locale === one))}
                    onChange={(locale) => locale !== null && addLocale(locale)}
                  />
                )}
              </Group>
              {variant !== undefined && (
                <Tabs.Panel value={shown}>
                  <VariantFields
                    channel={draft.channel}
                    variant={variant}
                    onChange={setVariant}
                    onCaret={setCaret}
                    disabled={!writes}
                  />
                  {writes && draft.variants.length > 1 && (
                    <Button variant="subtle" color="red" size="compact-sm" mt="sm" onClick={removeLocale}>
                      {t('templates:removeLanguage', { locale: shown })}
                    </Button>
                  )}
                </Tabs.Panel>
              )}
            </Tabs>
          </Section>
          <VariablesHelp onInsert={writes ? insert : null} />
        </Stack>
        {variant !== undefined && (
          <TemplatePreview channel={draft.channel} purpose={draft.purpose} variant={variant} />
        )}
      </SimpleGrid>
    </>
  );
}

/** Who takes the messages of this channel; what to set where nobody does. */
function useProviderWords(channel: ChannelName): string {
  const { t } = useTranslation('templates');
  const found = useQuery(channelProviders).data?.find((one) => one.channel === channel);
  if (found === undefined) return t('channelHint');
  if (found.channel === 'call') return t('providers.tasks');
  const { provider, setting } = found;
  return provider === 'outbox' ? t('providers.outbox', { setting }) : t('providers.on', { provider });
}

/** Why it was not saved: each fault with its language, part and line. */
function Refusal({ error }: { error: ApiError }) {
  const { t } = useTranslation('templates');
  return (
    <Alert
      color="red"
      role="alert"
      mb="md"
      title={error.fields.length === 0 ? problemText(error) : t('notSaved')}
    >
      {error.fields.map((field) => (
        <div key={`${field.path} ${field.message}`}>
          {field.path}: {fieldText(field)}
        </div>
      ))}
    </Alert>
  );
}
