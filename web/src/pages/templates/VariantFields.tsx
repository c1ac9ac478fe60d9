import { Stack, Textarea, TextInput } from '@mantine/core';
import type { SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ChannelName, TemplateVariant } from '../../api/templates.ts';
import type { Caret, Part } from './caret.ts';
import classes from './templates.module.css';

/** The texts of one language: subject, MJML, plain text. */
export function VariantFields(props: {
  channel: ChannelName;
  variant: TemplateVariant;
  onChange: (change: Partial<TemplateVariant>) => void;
  /** Where the author is writing. */
  onCaret: (caret: Caret) => void;
  disabled: boolean;
}) {
  const { t } = useTranslation('templates');
  const { channel, variant, onChange, disabled } = props;
  const mail = channel === 'email';
  const follow = (part: Part) => ({
    onSelect: ({ currentTarget }: SyntheticEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      props.onCaret({
        part,
        start: currentTarget.selectionStart ?? currentTarget.value.length,
        end: currentTarget.selectionEnd ?? currentTarget.value.length,
      }),
  });
  const code = { input: classes['code'] ?? '' };
  return (
    <Stack gap="sm">
      {channel !== 'sms' && (
        <TextInput
          label={t(mail ? 'subject' : channel === 'telegram' ? 'buttonText' : 'titleText')}
          value={variant.subject}
          disabled={disabled}
          {...follow('subject')}
          onChange={(event) => onChange({ subject: event.currentTarget.value })}
        />
      )}
      {mail && (
        <Textarea
          label={t('mjml')}
          description={t('mjmlHint')}
          autosize
          minRows={12}
          maxRows={28}
          spellCheck={false}
          classNames={code}
          value={variant.mjml}
          disabled={disabled}
          {...follow('mjml')}
          onChange={(event) => onChange({ mjml: event.currentTarget.value })}
        />
      )}
      <Textarea
        label={mail ? t('text') : t('message')}
        description={t(mail ? 'textHint' : `hints.${channel}`)}
        autosize
        minRows={5}
        maxRows={16}
        classNames={code}
        value={variant.text}
        disabled={disabled}
        {...follow('text')}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
    </Stack>
  );
}
