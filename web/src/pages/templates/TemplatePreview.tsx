import { Alert, Group, SegmentedControl, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/problem.ts';
import type { ChannelName, PreviewView, TemplateInput, TemplateVariant } from '../../api/templates.ts';
import { templates } from '../../api/templates.ts';
import { fieldText, problemText } from '../../i18n/problems.ts';
import { useMe } from '../../lib/me.ts';
import { MailFrame } from '../campaigns/MailFrame.tsx';
import type { Picked } from '../loyalty/coupons/ContactPicker.tsx';
import { ContactPicker } from '../loyalty/coupons/ContactPicker.tsx';
import classes from './templates.module.css';
import { TrySend } from './TrySend.tsx';

const TYPING_MS = 600;
const PHONE_PX = 390;
const HEIGHT_PX = 620;
const SHORT_PX = 280;

/** How the text looks for a sample person or a contact while it is written; what is wrong stands above it with its line. */
export function TemplatePreview(props: {
  channel: ChannelName;
  purpose: TemplateInput['purpose'];
  variant: TemplateVariant;
}) {
  const { t } = useTranslation('templates');
  const { may } = useMe();
  // Together: a text of one channel is not tried as one of another.
  const [settled] = useDebouncedValue(props, TYPING_MS);
  const [width, setWidth] = useState('wide');
  const [dark, setDark] = useState(false);
  const [contact, setContact] = useState<Picked | null>(null);
  const query = useQuery({
    ...templates.tryOut({ ...settled, ...(contact === null ? {} : { contactId: contact.id }) }),
    placeholderData: keepPreviousData,
  });
  const problem = query.error instanceof ApiError ? query.error : undefined;
  const mail = props.channel === 'email';
  return (
    <Stack gap="sm" className={classes['aside'] ?? ''} component="section" aria-label={t('preview')}>
      <ContactPicker label={t('as')} placeholder={t('asSample')} value={contact} onChange={setContact} />
      {mail && (
        <Group gap="md" justify="space-between">
          <Group gap="md">
            <SegmentedControl
              size="xs"
              aria-label={t('preview')}
              value={width}
              onChange={setWidth}
              data={[
                { value: 'wide', label: t('wide') },
                { value: 'phone', label: t('phone') },
                { value: 'text', label: t('plain') },
              ]}
            />
            {width !== 'text' && (
              <Switch
                size="sm"
                label={t('dark')}
                checked={dark}
                onChange={(event) => setDark(event.currentTarget.checked)}
              />
            )}
          </Group>
          {may('campaigns:write') && (
            <TrySend
              {...props}
              {...(contact === null ? {} : { contactId: contact.id })}
              disabled={problem !== undefined}
            />
          )}
        </Group>
      )}
      {query.data?.sms != null && <SmsCount sms={query.data.sms} />}
      {problem !== undefined && (
        <Alert color="red" title={problem.fields.length === 0 ? problemText(problem) : t('wrong')}>
          {problem.fields.map((field) => (
            <Text size="sm" key={`${field.path} ${field.message}`}>
              {field.path}: {fieldText(field)}
            </Text>
          ))}
        </Alert>
      )}
      {query.data === undefined && problem === undefined && <Skeleton height={HEIGHT_PX} />}
      {query.data !== undefined && width === 'text' && (
        <Text component="pre" size="sm" style={{ whiteSpace: 'pre-wrap' }}>
          {query.data.text}
        </Text>
      )}
      {query.data !== undefined && width !== 'text' && (
        <div style={width === 'phone' && mail ? { maxWidth: PHONE_PX } : {}}>
          <MailFrame
            title={t('preview')}
            {...(mail ? { subject: query.data.subject } : {})}
            html={query.data.html}
            height={mail ? HEIGHT_PX : SHORT_PX}
            scheme={dark ? 'dark' : 'light'}
          />
        </div>
      )}
      {query.data !== undefined && <Suggested items={query.data.suggested} />}
    </Stack>
  );
}

/** Why a contact is shown these products. */
function Suggested({ items }: { items: PreviewView['suggested'] }) {
  const { t } = useTranslation('templates');
  if (items.length === 0) return null;
  return (
    <Stack gap={2}>
      <Text size="sm" fw={550}>
        {t('why.title')}
      </Text>
      {items.map(({ name, kind, because }) => (
        <Text size="sm" key={`${kind} ${name}`}>
          {name}{' '}
          <Text span size="sm" c="dimmed">
            {t(`why.${kind}`, { because: because ?? '' })}
          </Text>
        </Text>
      ))}
    </Stack>
  );
}

/** What the text takes as an SMS: characters, parts, price; and what makes it dear. */
function SmsCount({ sms }: { sms: NonNullable<PreviewView['sms']> }) {
  const { t } = useTranslation('templates');
  const dear = sms.encoding === 'ucs2' ? sms.foreign.slice(0, 12).join(' ') : '';
  return (
    <div role="status">
      <Text size="sm" fw={550}>
        {t('sms.count', { length: sms.length, parts: sms.parts, left: sms.left })}
        {sms.cost !== null && ` · ${t('sms.cost', { cost: sms.cost, currency: sms.currency })}`}
      </Text>
      {dear !== '' && (
        <Text size="sm" c="dimmed">
          {t('sms.foreign', { letters: dear })}
        </Text>
      )}
    </div>
  );
}
