import { Button, Group, Radio, Stack, Switch, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { SourceChange, SourceView } from '../../api/sources.ts';
import { sources } from '../../api/sources.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { Section } from '../../ui/Section.tsx';

type Form = { name: string; origins: string[]; consentDefault: 'granted' | 'denied'; enabled: boolean };

/** Name, where it may send from, what holds before consent, and its key. */
export function Settings({ source }: { source: SourceView }) {
  const { t } = useTranslation(['developer', 'settings', 'common']);
  const { may } = useMe();
  const writes = may('tracking:write');
  const form = useForm<Form>({
    initialValues: {
      name: source.name,
      origins: source.origins,
      consentDefault: source.consentDefault,
      enabled: !source.disabled,
    },
  });
  const save = useWrite({
    run: (change: SourceChange) => sources.change(source.id, change),
    touches: ['sources'],
    done: t('developer:saved'),
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <Stack gap="lg">
      <Section title={t('developer:tabs.settings')}>
        <form
          onSubmit={form.onSubmit(({ enabled, ...values }) => save.mutate({ ...values, disabled: !enabled }))}
          noValidate
        >
          <Stack>
            <TextInput
              label={t('settings:sources.name')}
              disabled={!writes}
              {...form.getInputProps('name')}
            />
            <TagsInput
              label={t('settings:sources.origins')}
              description={t('settings:sources.originsHint')}
              disabled={!writes}
              {...form.getInputProps('origins')}
            />
            <Radio.Group
              label={t('developer:consent')}
              description={t('developer:consentHint')}
              {...form.getInputProps('consentDefault')}
            >
              <Stack gap="xs" mt="xs">
                <Radio value="granted" label={t('developer:consents.granted')} disabled={!writes} />
                <Radio value="denied" label={t('developer:consents.denied')} disabled={!writes} />
              </Stack>
            </Radio.Group>
            <Switch
              label={t('developer:enabled')}
              description={t('developer:enabledHint')}
              disabled={!writes}
              {...form.getInputProps('enabled', { type: 'checkbox' })}
            />
            {writes && (
              <Group justify="flex-end">
                <Button type="submit" loading={save.isPending}>
                  {t('common:action.save')}
                </Button>
              </Group>
            )}
          </Stack>
        </form>
      </Section>
      <Key source={source} writes={writes} />
    </Stack>
  );
}

function Key({ source, writes }: { source: SourceView; writes: boolean }) {
  const { t } = useTranslation('developer');
  const [asking, ask] = useDisclosure(false);
  const rotate = useWrite({
    run: () => sources.rotateKey(source.id),
    touches: ['sources'],
    done: t('rotated'),
    onDone: ask.close,
  });
  return (
    <Section title={t('key')} hint={t('keyHint')}>
      <Stack align="flex-start">
        <div style={{ width: '100%' }}>
          <CopyField label={t('writeKey')} value={source.writeKey} />
        </div>
        {writes && (
          <Button variant="default" onClick={ask.open}>
            {t('rotate')}
          </Button>
        )}
      </Stack>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('rotateTitle')}
        text={t('rotateText')}
        yes={t('rotate')}
        danger
        busy={rotate.isPending}
        onYes={() => rotate.mutate()}
      />
    </Section>
  );
}
