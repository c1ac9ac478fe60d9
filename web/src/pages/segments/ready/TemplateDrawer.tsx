import { Button, Drawer, Group, List, Paper, Stack, Text, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SegmentTemplate, TemplateValues } from '../../../api/segments.ready.ts';
import { segmentTemplates } from '../../../api/segments.ready.ts';
import { fieldErrors } from '../../../api/problem.ts';
import { language } from '../../../i18n/index.ts';
import { contactName } from '../../../lib/contactName.ts';
import { useMe } from '../../../lib/me.ts';
import { ButtonLink } from '../../../ui/links.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Loaded } from '../../../ui/states.tsx';
import { shownInForm } from '../refusal.ts';
import { isRecord } from '../rule/model.ts';
import { Count } from '../rule/PreviewPanel.tsx';
import { ParameterField } from './ParameterField.tsx';

const TYPING_MS = 400;

/** A ready-made segment: what may be chosen, who fits, and one click to keep it. */
export function TemplateDrawer(props: { template: SegmentTemplate | undefined; onClose: () => void }) {
  const { template, onClose } = props;
  return (
    <Drawer
      opened={template !== undefined}
      onClose={onClose}
      size="lg"
      title={template?.name[language()] ?? ''}
    >
      {template !== undefined && <Inside template={template} />}
    </Drawer>
  );
}

const defaultsOf = (template: SegmentTemplate): TemplateValues =>
  Object.fromEntries(template.parameters.map((one) => [one.key, one.default]));

const complete = (template: SegmentTemplate, values: TemplateValues): boolean =>
  template.parameters.every(
    ({ key, type }) => type === 'ids' || (values[key] !== '' && values[key] !== undefined),
  );

function Inside({ template }: { template: SegmentTemplate }) {
  const { t } = useTranslation('segments');
  const { may } = useMe();
  const navigate = useNavigate();
  const [name, setName] = useState(template.name[language()]);
  const [values, setValues] = useState<TemplateValues>(() => defaultsOf(template));
  const [asked] = useDebouncedValue(values, TYPING_MS);
  const query = useQuery({
    ...segmentTemplates.preview(template.id, asked),
    enabled: complete(template, asked),
    placeholderData: keepPreviousData,
  });
  const save = useWrite({
    run: () =>
      segmentTemplates.use(template.id, { name: name.trim(), language: language(), parameters: values }),
    touches: ['segments'],
    done: t('saved'),
    onDone: ({ segment }) => void navigate({ to: '/segments/$id', params: { id: segment.id } }),
    onProblem: (error) => shownInForm(error),
  });
  const errors = { ...fieldErrors(query.error), ...fieldErrors(save.error) };
  const rule: unknown = query.data?.rule;
  return (
    <Stack>
      <Text size="sm">{template.description[language()]}</Text>
      {template.parameters.map((one) => (
        <ParameterField
          key={one.key}
          parameter={one}
          value={values[one.key]}
          error={errors[`parameters.${one.key}`]}
          onChange={(value) => setValues({ ...values, [one.key]: value })}
        />
      ))}
      <Paper p="md" aria-busy={query.isFetching} component="section" aria-label={t('preview.title')}>
        <Loaded query={query} lines={3}>
          {(found) => (
            <Stack gap="xs">
              <div aria-live="polite">
                <Count preview={found.preview} />
              </div>
              <Text size="sm">{found.preview.words[language()]}</Text>
              {found.note !== null && (
                <Text size="sm" c="dimmed">
                  {found.note[language()]}
                </Text>
              )}
              <Sample people={found.preview.sample} />
            </Stack>
          )}
        </Loaded>
      </Paper>
      {may('segments:write') && (
        <>
          <TextInput
            label={t('name')}
            value={name}
            error={errors['name']}
            onChange={(event) => {
              if (save.error !== null) save.reset();
              setName(event.currentTarget.value);
            }}
          />
          <Group justify="flex-end">
            {isRecord(rule) && (
              <ButtonLink to="/segments/new" search={{ name, rule }} variant="default">
                {t('ready.edit')}
              </ButtonLink>
            )}
            <Button
              loading={save.isPending}
              disabled={name.trim() === '' || !complete(template, values)}
              onClick={() => save.mutate(undefined)}
            >
              {t('ready.save')}
            </Button>
          </Group>
        </>
      )}
    </Stack>
  );
}

type People = readonly { contactId: string; name: string; email: string | null; externalId: string | null }[];

function Sample({ people }: { people: People }) {
  const { t } = useTranslation(['segments', 'contacts']);
  if (people.length === 0) return null;
  return (
    <div>
      <Text size="sm" fw={600}>
        {t('segments:preview.sample')}
      </Text>
      <List size="sm" listStyleType="none">
        {people.map((one) => (
          <List.Item key={one.contactId}>{contactName(one) ?? t('contacts:unnamed')}</List.Item>
        ))}
      </List>
    </div>
  );
}
