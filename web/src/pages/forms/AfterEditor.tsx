import {
  NumberInput,
  SegmentedControl,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Section } from '../../ui/Section.tsx';
import { worded } from './draft.ts';
import { wordsOf } from './FieldsEditor.tsx';
import type { PartProps } from './FormEditor.tsx';
import classes from './forms.module.css';

/** What follows a press of the button. */
export function AfterEditor(props: PartProps) {
  const { definition, set, errors } = props;
  const { t } = useTranslation('forms');
  const { thanks } = definition;
  return (
    <Section title={t('after.section')}>
      <Stack gap="sm">
        <Switch
          label={t('after.doubleOptIn')}
          description={t('after.doubleOptInHint')}
          checked={definition.doubleOptIn}
          onChange={(event) => set({ doubleOptIn: event.currentTarget.checked })}
          error={errors['doubleOptIn']}
        />
        <div>
          <Text size="sm" fw={550} mb={4} id="form-after">
            {t('after.type')}
          </Text>
          <SegmentedControl
            aria-labelledby="form-after"
            data={(['text', 'redirect'] as const).map((value) => ({ value, label: t(`after.${value}`) }))}
            value={thanks.type}
            onChange={(type) =>
              set({
                thanks:
                  type === 'text' ? { type: 'text', title: {}, text: {} } : { type: 'redirect', url: '' },
              })
            }
          />
        </div>
        <Thanks {...props} />
        <TagsInput
          label={t('after.origins')}
          description={t('after.originsHint')}
          placeholder={definition.origins.length === 0 ? 'https://shop.example' : ''}
          value={definition.origins}
          onChange={(origins) => set({ origins })}
          error={wordsOf(errors, 'origins')}
        />
      </Stack>
    </Section>
  );
}

function Thanks({ definition: { thanks }, set, locale, errors }: PartProps) {
  const { t } = useTranslation('forms');
  if (thanks.type === 'redirect')
    return (
      <TextInput
        label={t('after.url')}
        placeholder="https://shop.example/thanks"
        value={thanks.url}
        onChange={(event) => set({ thanks: { type: 'redirect', url: event.currentTarget.value } })}
        error={errors['thanks.url']}
      />
    );
  return (
    <>
      <TextInput
        label={t('after.title')}
        value={thanks.title[locale] ?? ''}
        onChange={(event) =>
          set({ thanks: { ...thanks, title: worded(thanks.title, locale, event.currentTarget.value) } })
        }
      />
      <Textarea
        label={t('after.body')}
        autosize
        minRows={2}
        value={thanks.text[locale] ?? ''}
        onChange={(event) =>
          set({ thanks: { ...thanks, text: worded(thanks.text, locale, event.currentTarget.value) } })
        }
      />
    </>
  );
}

const MS = 1_000;
const MAX_FILL_S = 60;
const MAX_LINKS = 50;

/** What tells people from machines. */
export function GuardEditor({ definition: { spam }, set }: PartProps) {
  const { t } = useTranslation('forms');
  const change = (next: Partial<typeof spam>) => set({ spam: { ...spam, ...next } });
  return (
    <Section title={t('guard.section')}>
      <Stack gap="sm">
        <div className={classes['pair']}>
          <NumberInput
            label={t('guard.minFill')}
            min={0}
            max={MAX_FILL_S}
            decimalScale={1}
            value={spam.minFillMs / MS}
            onChange={(seconds) => change({ minFillMs: Math.round(Number(seconds) * MS) })}
          />
          <NumberInput
            label={t('guard.maxLinks')}
            min={0}
            max={MAX_LINKS}
            allowDecimal={false}
            value={spam.maxLinks}
            onChange={(links) => change({ maxLinks: Number(links) })}
          />
        </div>
        <Switch
          label={t('guard.refuseDisposable')}
          checked={spam.refuseDisposable}
          onChange={(event) => change({ refuseDisposable: event.currentTarget.checked })}
        />
        <Switch
          label={t('guard.plainPosts')}
          description={t('guard.plainPostsHint')}
          checked={spam.plainPosts}
          onChange={(event) => change({ plainPosts: event.currentTarget.checked })}
        />
      </Stack>
    </Section>
  );
}
