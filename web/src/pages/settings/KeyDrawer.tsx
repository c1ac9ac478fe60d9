import { Alert, Checkbox, Drawer, Group, Input, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { KeyCreated, KeyInput } from '@server/people/contract.ts';
import type { Right } from '@server/core/rights.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { keys } from '../../api/people.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { useMe } from '../../lib/me.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { keyCurl } from './snippets.ts';

type Area = Right extends `${infer A}:${string}` ? A : never;
type Verb = Right extends `${string}:${infer V}` ? V : never;

/** Rights under their area: contacts → read, write, import, export. Only those one has oneself can be given. */
function byArea(rights: readonly Right[]): Map<Area, { right: Right; verb: Verb }[]> {
  const areas = new Map<Area, { right: Right; verb: Verb }[]>();
  for (const right of rights) {
    const [area, verb] = right.split(':') as [Area, Verb];
    areas.set(area, [...(areas.get(area) ?? []), { right, verb }]);
  }
  return areas;
}

export function KeyDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['settings', 'common']);
  const { rights } = useMe();
  const [made, setMade] = useState<KeyCreated>();
  const form = useForm<{ name: string; scopes: Right[] }>({ initialValues: { name: '', scopes: [] } });
  const create = useWrite({
    run: (input: KeyInput) => keys.create(input),
    touches: ['keys'],
    onDone: setMade,
    onProblem: (error) => showFieldErrors(form, error),
  });
  const close = () => {
    onClose();
    setMade(undefined);
    form.reset();
  };
  const title = t('settings:keys.create');
  if (made !== undefined)
    return (
      <Drawer opened={opened} onClose={close} title={made.name}>
        <Stack gap="lg">
          <Alert color="gold">{t('settings:keys.ready')}</Alert>
          <CopyField label={t('settings:keys.key')} value={made.key} />
          <CopyField label={t('settings:keys.example')} value={keyCurl(window.location.origin, made.key)} />
        </Stack>
      </Drawer>
    );
  return (
    <FormDrawer
      opened={opened}
      onClose={close}
      title={title}
      submit={title}
      size="lg"
      busy={create.isPending}
      onSubmit={form.onSubmit((values) => create.mutate(values))}
    >
      <TextInput
        label={t('settings:keys.name')}
        description={t('settings:keys.nameHint')}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <Checkbox.Group label={t('settings:keys.scopes')} {...form.getInputProps('scopes')}>
        <Stack gap="xs" mt="xs">
          {[...byArea(rights)].map(([area, verbs]) => (
            <Group key={area} gap="sm" role="group" aria-label={t(`settings:right.${area}`)}>
              <Input.Label w={150} component="span" fw={400}>
                {t(`settings:right.${area}`)}
              </Input.Label>
              {verbs.map(({ right, verb }) => (
                <Checkbox key={right} size="sm" value={right} label={t(`settings:right.${verb}`)} />
              ))}
            </Group>
          ))}
        </Stack>
      </Checkbox.Group>
    </FormDrawer>
  );
}
