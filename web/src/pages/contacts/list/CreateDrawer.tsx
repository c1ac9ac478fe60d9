import { useForm } from '@mantine/form';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../../api/contacts.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { ContactFields, EMPTY, toInput } from '../ContactFields.tsx';
import { Known } from './Known.tsx';

export function CreateDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('contacts');
  const navigate = useNavigate();
  const form = useForm({ initialValues: EMPTY });
  const create = useWrite({
    run: contacts.create,
    touches: ['contacts'],
    done: t('created'),
    onDone: ({ id }) => {
      form.reset();
      onClose();
      void navigate({ to: '/contacts/$id', params: { id } });
    },
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened={opened}
      onClose={onClose}
      title={t('create')}
      submit={t('create')}
      busy={create.isPending}
      onSubmit={form.onSubmit((values) => create.mutate(toInput(values)))}
    >
      <ContactFields form={form} />
      <Known email={form.values.email} phone={form.values.phone} />
    </FormDrawer>
  );
}
