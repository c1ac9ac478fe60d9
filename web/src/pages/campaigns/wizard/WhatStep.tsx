import { MultiSelect, Select, SimpleGrid, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChannelName, TemplateView } from '../../../api/templates.ts';
import { templates } from '../../../api/templates.ts';
import { language } from '../../../i18n/index.ts';
import { Loaded } from '../../../ui/states.tsx';
import { MailFrame } from '../MailFrame.tsx';
import type { StepProps } from './CampaignWizard.tsx';
import { CouponChoice } from './CouponChoice.tsx';
import { ProductChoice } from './ProductChoice.tsx';

export function WhatStep({ draft, set, errors }: StepProps) {
  const { t } = useTranslation('campaigns');
  const all = useQuery(templates.all);
  const template = useQuery({ ...templates.one(draft.templateId ?? ''), enabled: draft.templateId !== null });
  const fitting = (all.data ?? []).filter(({ purpose }) => purpose === draft.purpose);
  const labelOf = (name: string, channel: ChannelName): string =>
    channel === 'email' ? name : `${name} · ${t(`channels.${channel}`)}`;
  const chosen = fitting.find(({ id }) => id === draft.templateId);
  const taken = new Set(
    fitting.filter(({ id }) => draft.fallbackTemplateIds.includes(id)).map(({ channel }) => channel),
  );
  // Each channel once; what is chosen stays in the list.
  const others = fitting.filter(
    ({ id, channel }) =>
      chosen !== undefined &&
      channel !== chosen.channel &&
      (draft.fallbackTemplateIds.includes(id) || !taken.has(channel)),
  );
  const titled = chosen === undefined || chosen.channel !== 'sms';
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl">
      <Stack>
        <Select
          label={t('wizard.template')}
          searchable
          allowDeselect={false}
          data={fitting.map(({ id, name, channel }) => ({ value: id, label: labelOf(name, channel) }))}
          value={draft.templateId}
          onChange={(templateId) => set({ templateId, fallbackTemplateIds: [], links: {} })}
          error={errors['templateId']}
        />
        {others.length > 0 && (
          <MultiSelect
            label={t('wizard.fallback')}
            description={t('wizard.fallbackHint')}
            clearable
            data={others.map(({ id, name, channel }) => ({ value: id, label: labelOf(name, channel) }))}
            value={draft.fallbackTemplateIds}
            onChange={(fallbackTemplateIds) => set({ fallbackTemplateIds })}
            error={errors['fallbackTemplateIds']}
          />
        )}
        {draft.purpose === 'activation' && (
          <CouponChoice
            value={draft.couponCampaignId}
            onChange={(couponCampaignId) => set({ couponCampaignId })}
            error={errors['couponCampaignId']}
          />
        )}
        {titled && (
          <TextInput
            label={t('wizard.subject')}
            description={t('wizard.subjectHint')}
            value={draft.subject}
            onChange={(event) => set({ subject: event.currentTarget.value })}
            error={errors['content.subject']}
          />
        )}
        <TextInput
          label={t('wizard.headline')}
          value={draft.headline}
          onChange={(event) => set({ headline: event.currentTarget.value })}
          error={errors['content.headline']}
        />
        <Textarea
          label={t('wizard.intro')}
          autosize
          minRows={2}
          value={draft.intro}
          onChange={(event) => set({ intro: event.currentTarget.value })}
          error={errors['content.intro']}
        />
        <ProductChoice value={draft.productIds} onChange={(productIds) => set({ productIds })} />
        {template.data !== undefined && (
          <Links template={template.data} draft={draft} set={set} errors={errors} />
        )}
      </Stack>
      <div>
        <Text size="sm" fw={550} mb={6}>
          {t('wizard.preview')}
        </Text>
        {draft.templateId === null ? (
          <Text size="sm" c="dimmed">
            {t('wizard.noPreview')}
          </Text>
        ) : (
          <Loaded query={template}>{(found) => <TemplatePreview key={found.id} template={found} />}</Loaded>
        )}
      </div>
    </SimpleGrid>
  );
}

/** The addresses the template asks for; "main" is its button. */
function Links({ template, draft, set, errors }: StepProps & { template: TemplateView }) {
  const { t } = useTranslation('campaigns');
  const names = [...new Set(['main', ...template.variants.flatMap(({ uses }) => uses.links)])];
  return names.map((name) => (
    <TextInput
      key={name}
      type="url"
      label={name === 'main' ? t('wizard.link') : t('wizard.linkNamed', { name })}
      description={t('wizard.linkHint')}
      value={draft.links[name] ?? ''}
      onChange={(event) => set({ links: { ...draft.links, [name]: event.currentTarget.value } })}
      error={errors[`content.links.${name}`] ?? (names.length === 1 ? errors['content.links'] : undefined)}
    />
  ));
}

function TemplatePreview({ template }: { template: TemplateView }) {
  const { t } = useTranslation('campaigns');
  const first = template.locales.find((one) => one.startsWith(language())) ?? template.locales[0] ?? 'en';
  const [shown, setShown] = useState(first);
  const preview = useQuery(templates.preview(template, shown));
  return (
    <Stack gap="xs">
      {template.locales.length > 1 && (
        <Select
          size="xs"
          w={160}
          aria-label={t('wizard.language')}
          allowDeselect={false}
          data={template.locales}
          value={shown}
          onChange={(next) => setShown(next ?? first)}
        />
      )}
      <Loaded query={preview}>
        {(found) => (
          <MailFrame
            {...(found.channel === 'email' ? { subject: found.subject } : {})}
            html={found.html}
            title={template.name}
            height={found.channel === 'email' ? 520 : 280}
          />
        )}
      </Loaded>
    </Stack>
  );
}
