import { Button, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import type { Person, PersonPatch } from '@server/people/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { people } from '../../api/people.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { useMe } from '../../lib/me.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useWrite } from '../../ui/mutation.ts';
import { AccessFields } from './fields.tsx';

export function PersonDrawer({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation(['people', 'common']);
  const { user } = useMe();
  const [asking, ask] = useDisclosure(false);
  const [link, setLink] = useState<string>();
  const { id, name, role, teamId, visibility } = person;
  const form = useForm({ initialValues: { name, role, teamId, visibility } });
  const save = useWrite({
    run: (input: PersonPatch) => people.patch(id, input),
    touches: ['people', 'teams', 'me'],
    done: t('people:saved'),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  const deactivate = useWrite({
    run: () => people.deactivate(id),
    touches: ['people', 'teams'],
    done: t('people:deactivated', { name }),
    onDone: onClose,
  });
  const recover = useWrite({
    run: () => people.recover(id),
    touches: ['invitations'],
    onDone: ({ url }) => setLink(url),
  });
  const activate = useWrite({
    run: () => people.activate(id),
    touches: ['people', 'teams'],
    done: t('people:saved'),
    onDone: onClose,
  });
  return (
    <>
      <FormDrawer
        opened={!asking}
        onClose={onClose}
        title={t('people:editTitle', { name })}
        submit={t('common:action.save')}
        busy={save.isPending}
        onSubmit={form.onSubmit((values) => save.mutate(values))}
      >
        <TextInput label={t('people:name')} data-autofocus {...form.getInputProps('name')} />
        <AccessFields
          value={form.values}
          onChange={(access) => form.setValues(access)}
          errors={form.errors}
        />
        {link !== undefined && <CopyField label={t('people:recoverLink')} value={link} />}
        {person.active && id !== user.id && link === undefined && (
          <Button variant="subtle" loading={recover.isPending} onClick={() => recover.mutate(undefined)}>
            {t('people:recover')}
          </Button>
        )}
        {person.active && id !== user.id && (
          <Button color="red" variant="subtle" onClick={ask.open}>
            {t('people:deactivate')}
          </Button>
        )}
        {!person.active && (
          <Button variant="subtle" loading={activate.isPending} onClick={() => activate.mutate(undefined)}>
            {t('people:activate')}
          </Button>
        )}
      </FormDrawer>
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('people:deactivateTitle', { name })}
        text={t('people:deactivateText')}
        yes={t('people:deactivate')}
        danger
        busy={deactivate.isPending}
        onYes={() => deactivate.mutate(undefined)}
      />
    </>
  );
}
