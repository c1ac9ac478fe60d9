import { Alert } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactCard } from '../../../api/contacts.ts';
import { contacts } from '../../../api/contacts.ts';
import { ApiError } from '../../../api/problem.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { ContactFields, fromContact, toInput } from '../ContactFields.tsx';

/** Changes a contact. Someone else's change meanwhile is said, never overwritten unseen. */
export function EditDrawer({ contact, onClose }: { contact: ContactCard; onClose: () => void }) {
  const { t } = useTranslation(['contacts', 'common']);
  const client = useQueryClient();
  const [version, setVersion] = useState(contact.version);
  const [conflict, setConflict] = useState(false);
  const form = useForm({ initialValues: fromContact(contact) });
  const takeNewer = async () => {
    setConflict(true);
    const newer = await client.fetchQuery({ ...contacts.one(contact.id), staleTime: 0 });
    setVersion(newer.version);
  };
  const save = useWrite({
    run: (values: typeof form.values) => contacts.change(contact.id, { ...toInput(values), version }),
    touches: ['contacts', 'timeline'],
    done: t('contacts:saved'),
    onDone: onClose,
    onProblem: (error) => {
      if (!(error instanceof ApiError) || error.status !== 409) return showFieldErrors(form, error);
      void takeNewer();
      return true;
    },
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('contacts:card.editTitle')}
      submit={t('common:action.save')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      {conflict && <Alert color="gold">{t('contacts:card.conflict')}</Alert>}
      <ContactFields form={form} />
    </FormDrawer>
  );
}
