import { Alert, NumberInput, Text, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { newKey } from '../../../api/client.ts';
import { contacts } from '../../../api/contacts.ts';
import type { ProgramView } from '../../../api/loyalty.ts';
import { members, transfers } from '../../../api/loyalty.ts';
import { locale } from '../../../i18n/index.ts';
import { contactName } from '../../../lib/contactName.ts';
import { showFieldErrors } from '../../../lib/formErrors.ts';
import { numberText } from '../../../lib/format.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import { FormDrawer } from '../../../ui/FormDrawer.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import type { Blank } from '../amounts.ts';
import { ContactChoice } from '../ContactChoice.tsx';

type Form = { toContactId: string; points: Blank; reason: string };
type Props = { contactId: string; program: ProgramView; onClose: () => void };

/** Gives points to another member: with a reason, and asked once more with both balances. */
export function TransferDrawer({ contactId, program, onClose }: Props) {
  const { t } = useTranslation(['wallet', 'contacts']);
  const [key] = useState(newKey);
  const [asking, setAsking] = useState(false);
  const balance = useBalance(contactId, program.id);
  const form = useForm<Form>({
    initialValues: { toContactId: '', points: '', reason: '' },
    validate: {
      toContactId: (id) => (id === '' ? t('wallet:transfer.whoNeeded') : null),
      points: (points) =>
        points === '' || points < 1
          ? t('wallet:transfer.pointsNeeded')
          : balance !== undefined && points > balance
            ? t('wallet:transfer.tooMany', { shown: numberText(balance, locale()) })
            : null,
      reason: (reason) => (reason.trim() === '' ? t('wallet:reasonNeeded') : null),
    },
  });
  const { toContactId, points } = form.values;
  const receiver = useReceiver(toContactId, program.id);
  const save = useWrite({
    run: ({ reason }: Form) =>
      transfers.make({
        contactId,
        toContactId,
        programId: program.id,
        points: Number(points),
        reason,
        key,
      }),
    touches: ['loyalty', 'standing', 'timeline'],
    done: ({ state }) =>
      t(
        (
          {
            done: 'wallet:transfer.done',
            waiting: 'wallet:adjustWaits',
            refused: 'wallet:adjustRefused',
          } as const
        )[state],
      ),
    onDone: onClose,
    onProblem: (error) => {
      setAsking(false);
      return showFieldErrors(form, error);
    },
  });
  const number = (value: number) => numberText(value, locale());
  const limit = program.settings.adjustmentLimit;
  const { data: giver } = useQuery(contacts.one(contactId));
  const nameOf = (found: Parameters<typeof contactName>[0] | undefined) =>
    (found === undefined ? undefined : contactName(found)) ?? t('contacts:unnamed');
  return (
    <FormDrawer
      opened
      onClose={onClose}
      title={t('wallet:transfer.title')}
      submit={t('wallet:transfer.next')}
      busy={save.isPending}
      onSubmit={form.onSubmit(() => {
        if (receiver.isMember) setAsking(true);
      })}
    >
      <Text size="sm" c="dimmed">
        {balance !== undefined && t('wallet:transfer.has', { shown: number(balance) })}
      </Text>
      <ContactChoice
        label={t('wallet:transfer.to')}
        without={contactId}
        value={toContactId}
        onChange={(id) => form.setFieldValue('toContactId', id)}
        error={form.errors['toContactId']}
      />
      {receiver.known && !receiver.isMember && (
        <Alert color="gold" role="alert">
          {t('wallet:transfer.noMember', { program: program.name })}
        </Alert>
      )}
      <NumberInput
        label={t('wallet:points')}
        min={1}
        allowDecimal={false}
        {...form.getInputProps('points')}
      />
      <Textarea
        label={t('wallet:reason')}
        description={t('wallet:transfer.reasonHint')}
        autosize
        minRows={2}
        maxLength={500}
        {...form.getInputProps('reason')}
      />
      {limit !== null && Number(points) > limit && (
        <Alert color="gold" role="status">
          {t('wallet:above', { limit: number(limit) })}
        </Alert>
      )}
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('wallet:transfer.confirm', { shown: number(Number(points)) })}
        text={
          <>
            <Text size="sm">
              {nameOf(giver)}: {number(balance ?? 0)} → {number((balance ?? 0) - Number(points))}
            </Text>
            <Text size="sm">
              {nameOf(receiver.contact)}: {number(receiver.balance)} →{' '}
              {number(receiver.balance + Number(points))}
            </Text>
          </>
        }
        yes={t('wallet:transfer.yes')}
        busy={save.isPending}
        onYes={() => save.mutate(form.values)}
      />
    </FormDrawer>
  );
}

/** What a contact can spend: of a shared wallet what is in it. */
function useBalance(contactId: string, programId: string): number | undefined {
  const { data } = useQuery({ ...members.wallets(contactId), enabled: contactId !== '' });
  if (data === undefined) return undefined;
  const own = data.filter((one) => one.programId === programId);
  return (
    (own.find(({ kind }) => kind === 'family') ?? own.find(({ kind }) => kind === 'points'))?.spendable ?? 0
  );
}

function useReceiver(contactId: string, programId: string) {
  const chosen = { enabled: contactId !== '' };
  const { data: found } = useQuery({ ...members.ofContact(contactId), ...chosen });
  const { data: contact } = useQuery({ ...contacts.one(contactId), ...chosen });
  return {
    contact,
    known: contactId !== '' && found !== undefined,
    isMember: found?.some((one) => one.programId === programId && one.state === 'active') ?? false,
    balance: useBalance(contactId, programId) ?? 0,
  };
}
