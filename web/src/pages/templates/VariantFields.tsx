import { Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { TemplateVariant } from '../../api/templates.ts';
import classes from './templates.module.css';

/** The texts of one language: subject, MJML, plain text. */
export function VariantFields(props: {
  variant: TemplateVariant;
  onChange: (change: Partial<TemplateVariant>) => void;
  disabled: boolean;
}) {
  const { t } = useTranslation('templates');
  const { variant, onChange, disabled } = props;
  const code = { input: classes['code'] ?? '' };
  return (
    <Stack gap="sm">
      <TextInput
        label={t('subject')}
        value={variant.subject}
        disabled={disabled}
        onChange={(event) => onChange({ subject: event.currentTarget.value })}
      />
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
        onChange={(event) => onChange({ mjml: event.currentTarget.value })}
      />
      <Textarea
        label={t('text')}
        description={t('textHint')}
        autosize
        minRows={5}
        maxRows={16}
        classNames={code}
        value={variant.text}
        disabled={disabled}
        onChange={(event) => onChange({ text: event.currentTarget.value })}
      />
    </Stack>
  );
}
