import { Button, CloseButton, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OnsiteForm } from './form.ts';
import classes from './onsite.module.css';

/** Roughly how it stands on a page: the site's own fonts and colours replace these. */
export function OnsitePreview({ form }: { form: OnsiteForm }) {
  const { t } = useTranslation('onsite');
  return (
    <div role="img" aria-label={t('preview')} className={classes['page']} data-kind={form.kind}>
      <div className={classes['text']} aria-hidden="true" />
      <div className={classes['message']} inert>
        <div>
          <Text fw={600} size="sm">
            {form.title === '' ? t('titleField') : form.title}
          </Text>
          {form.body !== '' && <Text size="sm">{form.body}</Text>}
          {form.linkText !== '' && (
            <Button size="compact-sm" mt={6}>
              {form.linkText}
            </Button>
          )}
        </div>
        <CloseButton size="sm" aria-label={t('preview')} />
      </div>
      <div className={classes['text']} aria-hidden="true" />
    </div>
  );
}
