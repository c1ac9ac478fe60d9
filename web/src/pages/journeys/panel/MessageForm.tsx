import {
  Anchor,
  Button,
  Checkbox,
  Collapse,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconEye } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { TemplateSummary, TemplateView } from '../../../api/templates.ts';
import { templates } from '../../../api/templates.ts';
import { language } from '../../../i18n/index.ts';
import { AnchorLink } from '../../../ui/links.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { MailFrame } from '../../campaigns/MailFrame.tsx';
import { CouponChoice } from '../../campaigns/wizard/CouponChoice.tsx';
import { ProductChoice } from '../../campaigns/wizard/ProductChoice.tsx';
import type { NodeOf } from '../model/definition.ts';
import type { StepForm } from './Forms.tsx';
import { useErrorAt } from './problems.ts';

const PURPOSES = ['informational', 'activation'] as const;

/** Which message, with which texts, and whether its fate is waited for. */
export function MessageForm({ node, onChange, disabled }: StepForm<'message'>) {
  const { t } = useTranslation('journeys');
  const errorAt = useErrorAt(node.id);
  const all = useQuery(templates.all);
  const set = (change: Partial<NodeOf<'message'>>) => onChange({ ...node, ...change });
  const fitting = (all.data ?? []).filter(({ purpose }) => purpose === node.purpose);
  const chosen = fitting.find(({ id }) => id === node.templateId);
  const label = ({ name, channel }: TemplateSummary): string =>
    channel === 'email' ? name : `${name} · ${t(`channels.${channel}`)}`;
  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" fw={500} mb={4}>
          {t('form.purpose')}
        </Text>
        <SegmentedControl
          fullWidth
          size="xs"
          aria-label={t('form.purpose')}
          data={PURPOSES.map((purpose) => ({ value: purpose, label: t(`form.purposes.${purpose}`) }))}
          value={node.purpose}
          onChange={(next) =>
            set({
              purpose: PURPOSES.find((one) => one === next) ?? node.purpose,
              templateId: null,
              couponCampaignId: null,
            })
          }
        />
      </div>
      <Select
        label={t('form.template')}
        searchable
        allowDeselect={false}
        nothingFoundMessage={t('form.templateNone')}
        data={fitting.map((one) => ({ value: one.id, label: label(one) }))}
        value={node.templateId}
        error={errorAt('templateId')}
        onChange={(id) => {
          const template = fitting.find((one) => one.id === id);
          if (template !== undefined)
            set({
              templateId: template.id,
              channel: template.channel,
              content: { ...node.content, links: {} },
            });
        }}
      />
      {node.templateId !== null && <Preview id={node.templateId} />}
      {node.purpose === 'activation' && (
        <CouponChoice
          value={node.couponCampaignId}
          error={errorAt('couponCampaignId')}
          onChange={(couponCampaignId) => set({ couponCampaignId })}
        />
      )}
      {chosen !== undefined && <Links node={node} templateId={chosen.id} set={set} />}
      {node.templateId !== null && <Texts node={node} set={set} />}
      <Checkbox
        label={t('form.outcome')}
        description={t('form.outcomeHint')}
        disabled={disabled}
        checked={node.waitFor === 'outcome'}
        onChange={(event) => set({ waitFor: event.currentTarget.checked ? 'outcome' : 'nothing' })}
      />
    </Stack>
  );
}

type Part = { node: NodeOf<'message'>; set: (change: Partial<NodeOf<'message'>>) => void };

/** The addresses the template asks for; "main" is its button. */
function Links({ node, templateId, set }: Part & { templateId: string }) {
  const { t } = useTranslation('journeys');
  const errorAt = useErrorAt(node.id);
  const { data } = useQuery(templates.one(templateId));
  if (data === undefined) return null;
  const names = [...new Set(['main', ...data.variants.flatMap(({ uses }) => uses.links)])];
  const { content } = node;
  const put = (name: string, url: string): void => {
    const { [name]: _old, ...links } = content.links;
    set({ content: { ...content, links: url.trim() === '' ? links : { ...links, [name]: url.trim() } } });
  };
  return names.map((name) => (
    <TextInput
      key={name}
      type="url"
      placeholder="https://"
      label={name === 'main' ? t('form.link') : t('form.linkNamed', { name })}
      value={content.links[name] ?? ''}
      error={errorAt(`content.links.${name}`) ?? (names.length === 1 ? errorAt('content.links') : undefined)}
      onChange={(event) => put(name, event.currentTarget.value)}
    />
  ));
}

function Texts({ node, set }: Part) {
  const { t } = useTranslation(['journeys', 'campaigns']);
  const [open, { toggle }] = useDisclosure(false);
  const { content, channel } = node;
  const put = (key: 'subject' | 'headline' | 'intro', text: string): void => {
    const { [key]: _old, ...rest } = content;
    set({ content: text === '' ? rest : { ...rest, [key]: text } });
  };
  return (
    <div>
      <Anchor component="button" type="button" size="sm" aria-expanded={open} onClick={toggle}>
        {t('journeys:form.texts')}
      </Anchor>
      <Collapse expanded={open}>
        <Stack gap="sm" mt="xs">
          <Text size="xs" c="dimmed">
            {t('journeys:form.textsHint')}
          </Text>
          {channel !== 'sms' && (
            <TextInput
              label={t('journeys:form.subject')}
              maxLength={500}
              value={content.subject ?? ''}
              onChange={(event) => put('subject', event.currentTarget.value)}
            />
          )}
          <TextInput
            label={t('journeys:form.headline')}
            maxLength={300}
            value={content.headline ?? ''}
            onChange={(event) => put('headline', event.currentTarget.value)}
          />
          <Textarea
            label={t('journeys:form.intro')}
            autosize
            minRows={2}
            maxLength={5_000}
            value={content.intro ?? ''}
            onChange={(event) => put('intro', event.currentTarget.value)}
          />
          <ProductChoice
            value={content.productIds}
            onChange={(productIds) => set({ content: { ...content, productIds } })}
          />
        </Stack>
      </Collapse>
    </div>
  );
}

/** The template as a sample person would get it, and the way to it. */
function Preview({ id }: { id: string }) {
  const { t } = useTranslation('journeys');
  const [open, { close, open: show }] = useDisclosure(false);
  const template = useQuery({ ...templates.one(id), enabled: open });
  return (
    <Group gap="md">
      <Button size="compact-sm" variant="light" leftSection={<IconEye size={15} />} onClick={show}>
        {t('form.preview')}
      </Button>
      <AnchorLink to="/templates/$id" params={{ id }} size="sm" target="_blank">
        {t('form.openTemplate')}
      </AnchorLink>
      <Modal opened={open} onClose={close} title={template.data?.name ?? t('form.preview')} size="lg">
        <Loaded query={template}>{(found) => <Shown template={found} />}</Loaded>
      </Modal>
    </Group>
  );
}

function Shown({ template }: { template: TemplateView }) {
  const { t } = useTranslation('journeys');
  const first = template.locales.find((one) => one.startsWith(language())) ?? template.locales[0] ?? 'en';
  return (
    <Loaded query={useQuery(templates.preview(template, first))}>
      {(found) => (
        <MailFrame
          title={t('form.preview')}
          {...(found.channel === 'email' ? { subject: found.subject } : {})}
          html={found.html}
          height={found.channel === 'email' ? 560 : 280}
        />
      )}
    </Loaded>
  );
}
