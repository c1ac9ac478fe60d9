import { Button, Group, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { FormEvent } from 'react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactCard, ContactView } from '../../../api/contacts.ts';
import { contacts } from '../../../api/contacts.ts';
import { identity } from '../../../api/identity.ts';
import { contactName } from '../../../lib/contactName.ts';
import { useWrite } from '../../../ui/mutation.ts';
import { ErrorState, Loaded } from '../../../ui/states.tsx';
import { MergeSides } from './MergeSides.tsx';

/** What the other contact's data stand in. */
const TOUCHED = ['identity', 'contacts', 'timeline', 'orders', 'behaviour', 'carts', 'interest', 'leads'];

/** A person says that two contacts are one: finds the other, compares both, chooses which one stays, says why. */
export function MergeDialog({ contact, onClose }: { contact: ContactCard; onClose: () => void }) {
  const { t } = useTranslation('identity');
  const [other, setOther] = useState<string | null>(null);
  return (
    <Modal opened onClose={onClose} size="lg" title={t('byHand.title')}>
      <Stack>
        <Text size="sm">{t('byHand.text')}</Text>
        <Picker without={contact.id} value={other} onChange={setOther} />
        {other !== null && <Compared key={other} contact={contact} otherId={other} onClose={onClose} />}
      </Stack>
    </Modal>
  );
}

const TYPING_MS = 250;

function Picker(props: { without: string; value: string | null; onChange: (id: string | null) => void }) {
  const { t } = useTranslation(['identity', 'contacts']);
  const [typed, setTyped] = useState('');
  const [chosen, setChosen] = useState<ContactView>();
  const [search] = useDebouncedValue(typed.trim(), TYPING_MS);
  const looked = useQuery({
    ...contacts.found(search),
    enabled: search !== '' && props.value === null,
    placeholderData: keepPreviousData,
  });
  const listed = props.value === null ? (looked.data ?? []) : chosen === undefined ? [] : [chosen];
  const found = listed.filter(({ id }) => id !== props.without);
  return (
    <Select
      label={t('identity:byHand.search')}
      placeholder={t('contacts:search')}
      data-autofocus
      searchable
      clearable
      filter={({ options }) => options}
      onSearchChange={setTyped}
      nothingFoundMessage={search === '' || looked.isFetching ? undefined : t('contacts:nobody')}
      data={found.map((one) => ({ value: one.id, label: labelOf(one, t('contacts:unnamed')) }))}
      value={props.value}
      onChange={(id) => {
        setChosen(found.find((one) => one.id === id));
        props.onChange(id);
      }}
    />
  );
}

/** Enough to tell people of one name apart. */
const labelOf = (one: ContactView, unnamed: string): string =>
  [...new Set([contactName(one) ?? unnamed, one.email, one.phone, one.city])]
    .filter((part) => part !== null && part !== '')
    .join(' · ');

function Compared(props: { contact: ContactCard; otherId: string; onClose: () => void }) {
  return (
    <Loaded query={useQuery(contacts.one(props.otherId))}>
      {(other) => <MergeForm contact={props.contact} other={other} onClose={props.onClose} />}
    </Loaded>
  );
}

function MergeForm(props: { contact: ContactCard; other: ContactCard; onClose: () => void }) {
  const { t } = useTranslation(['identity', 'common']);
  const navigate = useNavigate();
  const { contact, other } = props;
  const [stays, setStays] = useState(contact.id);
  const [reason, setReason] = useState('');
  const from = stays === contact.id ? other : contact;
  const to = stays === contact.id ? contact : other;
  const nameOf = (one: ContactCard): string => contactName(one) ?? t('identity:nameless');
  const merge = useWrite({
    run: () => identity.merge(to.id, { from: from.id, reason: reason.trim() }),
    touches: TOUCHED,
    done: t('identity:byHand.done'),
    onDone: ({ contactId }) => {
      props.onClose();
      void navigate({ to: '/contacts/$id', params: { id: contactId ?? to.id } });
    },
    onProblem: () => true,
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() !== '') merge.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        <MergeSides sides={[contact, other]} value={stays} onChange={setStays} />
        <Textarea
          label={t('identity:card.reason')}
          description={t('identity:byHand.reasonHint')}
          autosize
          minRows={1}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Text size="sm">{t('identity:byHand.what', { gone: nameOf(from), stays: nameOf(to) })}</Text>
        {merge.error !== null && <ErrorState error={merge.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" loading={merge.isPending} disabled={reason.trim() === ''}>
            {t('identity:merge')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
