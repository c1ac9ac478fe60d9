import { Button, Group, Modal, NumberInput, Radio, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FamilyView, ProgramView } from '../../../api/loyalty.ts';
import { families, members } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { numberText } from '../../../lib/format.ts';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import type { Blank } from '../amounts.ts';
import { blankOf, orNull } from '../amounts.ts';
import { ContactChoice } from '../ContactChoice.tsx';

type One = FamilyView['members'][number];
const TOUCHES = ['loyalty', 'standing', 'timeline'];
const SPLITS = ['own', 'equal', 'none'] as const;

/** Lets another contact share the wallet; whose wallet it is joins as the first when it is shared with nobody yet. */
export function InviteDrawer(props: {
  /** Undefined: the wallet is not shared yet, and becomes this contact's. */
  ownerId?: string;
  contactId: string;
  program: ProgramView;
  onClose: () => void;
}) {
  const { t } = useTranslation('wallet');
  const { ownerId, contactId, program, onClose } = props;
  const form = useForm<{ contactId: string; monthlyCap: Blank }>({
    initialValues: { contactId: '', monthlyCap: '' },
    validate: { contactId: (id) => (id === '' ? t('family.whoNeeded') : null) },
  });
  const save = useWrite({
    run: async (values: { contactId: string; monthlyCap: Blank }) => {
      const programId = program.id;
      if (ownerId === undefined)
        await families.join({ programId, ownerId: contactId, contactId, monthlyCap: null });
      return families.join({
        programId,
        ownerId: ownerId ?? contactId,
        contactId: values.contactId,
        monthlyCap: orNull(values.monthlyCap),
      });
    },
    touches: TOUCHES,
    done: t('family.invited'),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t(ownerId === undefined ? 'family.make' : 'family.inviteTitle')}
      submit={t('family.invite')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <Text size="sm" c="dimmed">
        {t('family.hint')}
      </Text>
      <ContactChoice
        label={t('family.who')}
        without={contactId}
        value={form.values.contactId}
        onChange={(id) => form.setFieldValue('contactId', id)}
        error={form.errors['contactId']}
      />
      <CapField {...form.getInputProps('monthlyCap')} />
    </FormDrawer>
  );
}

type FieldProps = { value?: Blank; onChange?: (value: number | string) => void; error?: React.ReactNode };

function CapField(props: FieldProps) {
  const { t } = useTranslation('wallet');
  return (
    <NumberInput
      label={t('family.capLabel')}
      description={t('family.capHint')}
      min={0}
      allowDecimal={false}
      {...props}
    />
  );
}

/** What a member of a shared wallet may spend in a month. */
export function CapDrawer(props: { one: One; name: string; program: ProgramView; onClose: () => void }) {
  const { t } = useTranslation(['wallet', 'common']);
  const { one, name, program, onClose } = props;
  const form = useForm<{ monthlyCap: Blank }>({ initialValues: { monthlyCap: blankOf(one.monthlyCap) } });
  const save = useWrite({
    run: (values: { monthlyCap: Blank }) =>
      families.cap({
        programId: program.id,
        contactId: one.contactId,
        monthlyCap: orNull(values.monthlyCap),
      }),
    touches: TOUCHES,
    done: t('wallet:family.capped'),
    onDone: onClose,
    onProblem: (error) => showFieldErrors(form, error),
  });
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('wallet:family.capTitle', { name })}
      submit={t('common:action.save')}
      busy={save.isPending}
      onSubmit={form.onSubmit((values) => save.mutate(values))}
    >
      <CapField {...form.getInputProps('monthlyCap')} />
    </FormDrawer>
  );
}

/** Takes somebody out of the shared wallet, with what goes along. */
export function LeaveFamily(props: {
  one: One;
  family: FamilyView;
  name: string;
  program: ProgramView;
  onClose: () => void;
}) {
  const { t } = useTranslation(['wallet', 'common']);
  const { one, family, name, program, onClose } = props;
  const [split, setSplit] = useState<(typeof SPLITS)[number]>('own');
  const { data = [] } = useQuery(members.wallets(one.contactId));
  const shared = data.find(({ programId, kind }) => programId === program.id && kind === 'family');
  const last = family.members.length === 1;
  const share = Math.floor((shared?.spendable ?? 0) / family.members.length);
  const leave = useWrite({
    run: () => families.leave({ programId: program.id, contactId: one.contactId, split }),
    touches: TOUCHES,
    done: t('wallet:family.left'),
    onDone: onClose,
  });
  return (
    <Modal opened onClose={onClose} title={t('wallet:family.leaveTitle', { name })}>
      <Stack>
        {last ? (
          <Text size="sm">{t('wallet:family.lastLeaves')}</Text>
        ) : (
          <Radio.Group
            label={t('wallet:family.split')}
            value={split}
            onChange={(value) => setSplit(SPLITS.find((one_) => one_ === value) ?? 'own')}
          >
            <Stack gap="xs" mt="xs">
              {SPLITS.map((value) => (
                <Radio
                  key={value}
                  value={value}
                  label={t(`wallet:family.splits.${value}`, { shown: numberText(share, locale()) })}
                />
              ))}
            </Stack>
          </Radio.Group>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t('common:action.cancel')}
          </Button>
          <Button color="red" loading={leave.isPending} onClick={() => leave.mutate(undefined)}>
            {t('wallet:family.leave')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
