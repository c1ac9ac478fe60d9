import { Button, Group, List, NumberInput, SimpleGrid, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PermissionSettings } from '../../../api/permission.ts';
import { permission } from '../../../api/permission.ts';
import { fieldErrors } from '../../../api/problem.ts';
import { useMe } from '../../../lib/me.ts';
import { Figure } from '../../../ui/format.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { PageHeader } from '../../../ui/PageHeader.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { useReasonWords } from '../words.ts';
import { Caps } from './Caps.tsx';
import { Quiet } from './Quiet.tsx';

export type PartProps = {
  draft: PermissionSettings;
  set: (change: Partial<PermissionSettings>) => void;
  errors: Record<string, string>;
  readOnly: boolean;
};

export default function PermissionPage() {
  const { t } = useTranslation(['permission', 'campaigns']);
  return (
    <>
      <PageHeader
        title={t('permission:title')}
        up={{ to: '/campaigns', label: t('campaigns:title') }}
        description={t('permission:description')}
      />
      <Loaded query={useQuery(permission.settings)}>
        {(settings) => <Editor key={JSON.stringify(settings)} settings={settings} />}
      </Loaded>
    </>
  );
}

/** The settings as they are changed, each said in words at once; beside them what they do now. */
function Editor({ settings }: { settings: PermissionSettings }) {
  const { t } = useTranslation('permission');
  const { may } = useMe();
  const [draft, setDraft] = useState(settings);
  const save = useWrite({
    run: () => permission.save(draft),
    touches: ['permission'],
    done: t('saved'),
    onProblem: (error) => Object.keys(fieldErrors(error)).length > 0,
  });
  const props: PartProps = {
    draft,
    set: (change) => setDraft((now) => ({ ...now, ...change })),
    errors: fieldErrors(save.error),
    readOnly: !may('campaigns:write'),
  };
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="lg" style={{ alignItems: 'start' }}>
      <Stack gap="lg">
        <Quiet {...props} />
        <Caps {...props} />
        <Section title={t('wait')}>
          <NumberInput
            label={t('waitLabel')}
            description={t('waitHint')}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            min={1}
            max={365}
            styles={{ wrapper: { maxWidth: 140 } }}
            readOnly={props.readOnly}
            value={draft.longestWaitDays}
            onChange={(days) => props.set({ longestWaitDays: typeof days === 'number' ? days : 1 })}
            error={props.errors['longestWaitDays']}
          />
        </Section>
        {!props.readOnly && (
          <Group justify="flex-end">
            <Button
              loading={save.isPending}
              disabled={JSON.stringify(draft) === JSON.stringify(settings)}
              onClick={() => save.mutate(undefined)}
            >
              {t('save')}
            </Button>
          </Group>
        )}
      </Stack>
      <Stack gap="lg">
        <Waiting />
        <Section title={t('rules')}>
          <List size="sm" spacing="xs">
            {(['priority', 'best', 'replaced'] as const).map((rule) => (
              <List.Item key={rule}>{t(rule)}</List.Item>
            ))}
          </List>
        </Section>
      </Stack>
    </SimpleGrid>
  );
}

function Waiting() {
  const { t } = useTranslation('permission');
  const reasonWords = useReasonWords();
  return (
    <Section title={t('waiting')} hint={t('waitingHint')}>
      <Loaded query={useQuery(permission.effect)}>
        {({ waiting }) =>
          waiting === null || waiting.length === 0 ? (
            <Text size="sm">{t(waiting === null ? 'tooMany' : 'waitingNone')}</Text>
          ) : (
            <List size="sm">
              {waiting.map(({ reason, people }) => (
                <List.Item key={reason}>
                  {reasonWords(reason)}: <Figure value={people} />
                </List.Item>
              ))}
            </List>
          )
        }
      </Loaded>
    </Section>
  );
}
