import {
  Alert,
  Button,
  Group,
  SegmentedControl,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FormLocale, FormView } from '../../api/forms.ts';
import { forms } from '../../api/forms.ts';
import { ApiError, fieldErrors } from '../../api/problem.ts';
import { language } from '../../i18n/index.ts';
import { problemText } from '../../i18n/problems.ts';
import { ButtonLink } from '../../ui/links.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Section } from '../../ui/Section.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { AfterEditor, GuardEditor } from './AfterEditor.tsx';
import { ConsentsEditor } from './ConsentsEditor.tsx';
import type { Draft } from './draft.ts';
import { emptyDefinition, worded } from './draft.ts';
import { FieldsEditor } from './FieldsEditor.tsx';
import classes from './forms.module.css';
import { PreviewFrame } from './PreviewFrame.tsx';

export type PartProps = {
  definition: Draft['definition'];
  set: (change: Partial<Draft['definition']>) => void;
  /** The language whose texts are being written. */
  locale: FormLocale;
  /** Problems the server named, by path below "definition". */
  errors: Record<string, string>;
};

type Source = { id: string; name: string };

const LOCALES = ['en', 'ru'] as const satisfies readonly FormLocale[];

/** A form, new or existing, with the page it makes beside it. */
export function FormEditor({ sources, form }: { sources: readonly Source[]; form?: FormView }) {
  const { t } = useTranslation('forms');
  const title = form === undefined ? t('newTitle') : t('editTitle');
  const up = { to: '/forms', label: t('title') } as const;
  if (sources.length === 0)
    return (
      <>
        <PageHeader title={title} up={up} />
        <EmptyState title={t('noSources')} action={<ButtonLink to="/sources">{t('source')}</ButtonLink>} />
      </>
    );
  return (
    <>
      <PageHeader title={title} up={up} />
      <Editor sources={sources} {...(form === undefined ? {} : { form })} />
    </>
  );
}

function useSave(form: FormView | undefined) {
  const { t } = useTranslation('forms');
  const navigate = useNavigate();
  return useWrite({
    run: ({ name, sourceId, definition }: Draft) =>
      form === undefined
        ? forms.create({ name, sourceId: sourceId ?? '', definition })
        : forms.change(form.id, { version: form.version, name, sourceId: sourceId ?? '', definition }),
    touches: ['forms'],
    done: t('saved'),
    onDone: ({ id }) => void navigate({ to: '/forms/$id', params: { id } }),
    onProblem: (error) =>
      error instanceof ApiError && (error.status === 422 || error.code === 'form_name_taken'),
  });
}

/** What the server said, by the place it named. */
function placesOf(error: unknown): Record<string, string> {
  const fields = fieldErrors(error);
  if (error instanceof ApiError && error.at !== undefined && fields[error.at] === undefined)
    return { ...fields, [error.at]: problemText(error) };
  return fields;
}

const below = (errors: Record<string, string>, prefix: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(errors)
      .filter(([path]) => path.startsWith(`${prefix}.`))
      .map(([path, text]) => [path.slice(prefix.length + 1), text]),
  );

function Editor({ sources, form }: { sources: readonly Source[]; form?: FormView }) {
  const { t } = useTranslation(['forms', 'common']);
  const [locale, setLocale] = useState<FormLocale>(language());
  const [draft, setDraft] = useState<Draft>(() =>
    form === undefined
      ? { name: '', sourceId: sources[0]?.id ?? null, definition: emptyDefinition() }
      : { name: form.name, sourceId: form.sourceId, definition: form.definition },
  );
  const save = useSave(form);
  const change = (next: Partial<Draft>): void => {
    if (save.isError) save.reset();
    setDraft((now) => ({ ...now, ...next }));
  };
  const errors = placesOf(save.error);
  const part: PartProps = {
    definition: draft.definition,
    set: (changes) => change({ definition: { ...draft.definition, ...changes } }),
    locale,
    errors: below(errors, 'definition'),
  };
  return (
    <div className={classes['layout']}>
      <Stack gap="md">
        <Section title={t('forms:page.section')} actions={<Languages locale={locale} onChange={setLocale} />}>
          <Stack gap="sm">
            <div className={classes['pair']}>
              <TextInput
                label={t('forms:name')}
                description={t('forms:nameHint')}
                value={draft.name}
                onChange={(event) => change({ name: event.currentTarget.value })}
                error={errors['name']}
                autoFocus={form === undefined}
              />
              <Select
                label={t('forms:source')}
                description={t('forms:sourceHint')}
                allowDeselect={false}
                data={sources.map(({ id, name }) => ({ value: id, label: name }))}
                value={draft.sourceId}
                onChange={(sourceId) => change({ sourceId })}
                error={errors['sourceId']}
              />
            </div>
            <PageTexts {...part} />
          </Stack>
        </Section>
        <FieldsEditor {...part} />
        <ConsentsEditor {...part} />
        <AfterEditor {...part} />
        <GuardEditor {...part} />
      </Stack>
      <div className={classes['aside']}>
        <PreviewFrame definition={draft.definition} locale={locale} />
        {save.error !== null && (
          <Alert color="red" mt="md" role="alert">
            {save.error instanceof ApiError && save.error.status !== 422
              ? problemText(save.error)
              : t('forms:problem')}
          </Alert>
        )}
        <Button
          fullWidth
          mt="md"
          loading={save.isPending}
          disabled={draft.name.trim() === '' || draft.sourceId === null}
          onClick={() => save.mutate({ ...draft, name: draft.name.trim() })}
        >
          {t('common:action.save')}
        </Button>
      </div>
    </div>
  );
}

function Languages({ locale, onChange }: { locale: FormLocale; onChange: (locale: FormLocale) => void }) {
  const { t } = useTranslation('forms');
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed" id="form-languages">
        {t('languages')}
      </Text>
      <SegmentedControl
        size="xs"
        aria-labelledby="form-languages"
        data={LOCALES.map((value) => ({ value, label: t(`language.${value}`) }))}
        value={locale}
        onChange={onChange}
      />
    </Group>
  );
}

function PageTexts({ definition, set, locale }: PartProps) {
  const { t } = useTranslation('forms');
  const { title, intro, button } = definition;
  return (
    <>
      <div className={classes['pair']}>
        <TextInput
          label={t('page.title')}
          value={title[locale] ?? ''}
          onChange={(event) => set({ title: worded(title, locale, event.currentTarget.value) })}
        />
        <TextInput
          label={t('page.button')}
          placeholder={t('page.buttonPlaceholder')}
          value={button[locale] ?? ''}
          onChange={(event) => set({ button: worded(button, locale, event.currentTarget.value) })}
        />
      </div>
      <Textarea
        label={t('page.intro')}
        autosize
        minRows={2}
        value={intro[locale] ?? ''}
        onChange={(event) => set({ intro: worded(intro, locale, event.currentTarget.value) })}
      />
      <Text size="xs" c="dimmed">
        {t('untranslated')}
      </Text>
    </>
  );
}
