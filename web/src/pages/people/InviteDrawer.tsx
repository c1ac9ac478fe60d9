import { Button, Drawer, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import type { InvitationCreated, InvitationInput } from '@server/people/contract.ts';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { people } from '../../api/people.ts';
import { locale } from '../../i18n/index.ts';
import { dateTimeText } from '../../lib/format.ts';
import { showFieldErrors } from '../../lib/formErrors.ts';
import { Confirm } from '../../ui/Confirm.tsx';
import { CopyField } from '../../ui/CopyField.tsx';
import { FormDrawer } from '../../ui/FormDrawer.tsx';
import { useWrite } from '../../ui/mutation.ts';
import type { Access } from './fields.tsx';
import { AccessFields } from './fields.tsx';

const FRESH: Access & { email: string } = { email: '', role: 'manager', teamId: null, visibility: 'own' };

export function InviteDrawer({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['people', 'common']);
  const [asking, ask] = useDisclosure(false);
  const [made, setMade] = useState<InvitationCreated>();
  const form = useForm({ initialValues: FRESH });
  const create = useWrite({
    run: (input: InvitationInput) => people.invite(input),
    touches: ['invitations'],
    onDone: setMade,
    onProblem: (error) => showFieldErrors(form, error),
  });
  const send = ({ email, ...access }: typeof FRESH) =>
    create.mutate({ ...access, ...(email.trim() === '' ? {} : { email: email.trim() }) });
  const again = () => {
    setMade(undefined);
    form.reset();
  };
  const close = () => {
    onClose();
    again();
  };
  const title = t('people:inviteTitle');
  if (made !== undefined)
    return (
      <Drawer opened={opened} onClose={close} title={title}>
        <Stack>
          <Text size="sm">{t('people:inviteReady')}</Text>
          <CopyField label={t('people:inviteLink')} value={made.url} />
          <Text size="sm" c="dimmed">
            {t('people:inviteExpires', { date: dateTimeText(made.expiresAt, locale()) })}
          </Text>
          <Button variant="default" onClick={again}>
            {t('people:inviteAnother')}
          </Button>
        </Stack>
      </Drawer>
    );
  return (
    <FormDrawer
      opened={opened}
      onClose={close}
      title={title}
      submit={t('people:inviteCreate')}
      busy={create.isPending}
      onSubmit={form.onSubmit((values) => (values.email.trim() === '' ? ask.open() : send(values)))}
    >
      <Text size="sm" c="dimmed">
        {t('people:inviteHint')}
      </Text>
      <TextInput
        type="email"
        label={t('people:inviteEmail')}
        description={t('people:inviteEmailHint')}
        data-autofocus
        {...form.getInputProps('email')}
      />
      <AccessFields value={form.values} onChange={form.setValues} errors={form.errors} />
      <Confirm
        opened={asking}
        onClose={ask.close}
        title={t('people:openTitle')}
        text={t('people:openText', { role: t(`common:role.${form.values.role}`) })}
        yes={t('people:inviteCreate')}
        onYes={() => {
          ask.close();
          send(form.values);
        }}
      />
    </FormDrawer>
  );
}
