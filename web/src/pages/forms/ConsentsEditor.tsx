import { ActionIcon, Button, Group, Select, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Section } from '../../ui/Section.tsx';
import { changedAt, newConsent, shownWords, without, worded } from './draft.ts';
import { wordsOf } from './FieldsEditor.tsx';
import type { PartProps } from './FormEditor.tsx';
import classes from './forms.module.css';

const CHANNELS = ['email', 'sms', 'phone', 'push', 'messenger'];

/** What visitors may agree to, in the words they read. */
export function ConsentsEditor({ definition, set, locale, errors }: PartProps) {
  const { t } = useTranslation('forms');
  const { consents } = definition;
  return (
    <Section
      title={t('consents.section')}
      hint={t('consents.hint')}
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={15} />}
          onClick={() => set({ consents: [...consents, newConsent(definition)] })}
        >
          {t('consents.add')}
        </Button>
      }
    >
      <Stack gap="sm">
        {consents.map((consent, index) => {
          const change = (next: Partial<typeof consent>) =>
            set({ consents: changedAt(consents, index, next) });
          const error = wordsOf(errors, `consents.${index}.`);
          return (
            <div key={index} className={classes['part']} data-wrong={error !== undefined}>
              <Textarea
                label={t('consents.text')}
                placeholder={shownWords(consent.text, locale) || t('consents.placeholder')}
                autosize
                minRows={2}
                value={consent.text[locale] ?? ''}
                onChange={(event) =>
                  change({ text: worded(consent.text, locale, event.currentTarget.value) })
                }
              />
              <div className={classes['pair']}>
                <TextInput
                  mt="xs"
                  label={t('consents.purpose')}
                  value={consent.purpose}
                  onChange={(event) => change({ purpose: event.currentTarget.value })}
                />
                <Select
                  mt="xs"
                  label={t('consents.channel')}
                  allowDeselect={false}
                  data={[...new Set([...CHANNELS, consent.channel])]}
                  value={consent.channel}
                  onChange={(channel) => channel !== null && change({ channel })}
                />
              </div>
              <Group justify="space-between" mt="xs">
                <Switch
                  size="sm"
                  label={t('consents.required')}
                  checked={consent.required}
                  onChange={(event) => change({ required: event.currentTarget.checked })}
                />
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  size="lg"
                  aria-label={t('consents.remove')}
                  onClick={() => set({ consents: without(consents, index) })}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
              {error !== undefined && (
                <Text size="sm" c="red" mt="xs">
                  {error}
                </Text>
              )}
            </div>
          );
        })}
      </Stack>
    </Section>
  );
}
