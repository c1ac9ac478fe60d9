import { Alert, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError } from '../../api/problem.ts';
import type { ChannelName, PreviewView, TemplateInput, TemplateVariant } from '../../api/templates.ts';
import { templates } from '../../api/templates.ts';
import { fieldText, problemText } from '../../i18n/problems.ts';
import { MailFrame } from '../campaigns/MailFrame.tsx';
import classes from './templates.module.css';

const TYPING_MS = 600;
const PHONE_PX = 390;
const HEIGHT_PX = 620;
const SHORT_PX = 280;

/** How the text looks for a sample person while it is written; what is wrong stands above it with its line. */
export function TemplatePreview(props: {
  channel: ChannelName;
  purpose: TemplateInput['purpose'];
  variant: TemplateVariant;
}) {
  const { t } = useTranslation('templates');
  // Together: a text of one channel is not tried as one of another.
  const [settled] = useDebouncedValue(props, TYPING_MS);
  const [width, setWidth] = useState('wide');
  const query = useQuery({
    ...templates.tryOut(settled.channel, settled.purpose, settled.variant),
    placeholderData: keepPreviousData,
  });
  const problem = query.error instanceof ApiError ? query.error : undefined;
  return (
    <Stack gap="sm" className={classes['aside'] ?? ''} component="section" aria-label={t('preview')}>
      {props.channel === 'email' && (
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
        <div style={width === 'phone' ? { maxWidth: PHONE_PX } : {}}>
          <MailFrame
            title={t('preview')}
            {...(props.channel === 'email' ? { subject: query.data.subject } : {})}
            html={query.data.html}
            height={props.channel === 'email' ? HEIGHT_PX : SHORT_PX}
          />
        </div>
      )}
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
