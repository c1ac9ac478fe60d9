import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { identity } from '../../../api/identity.ts';
import { useWrite } from '../../../ui/mutation.ts';

/** Evidence that is wrong, or a record that is to be a contact of its own. */
export type Wrong = { edgeId: string } | { node: string };

/** Asks why: the reason stands beside the separation for good. */
export function SeparateDialog(props: { contactId: string; wrong: Wrong; onClose: () => void }) {
  const { t } = useTranslation(['identity', 'common']);
  const [reason, setReason] = useState('');
  const separate = useWrite({
    run: () => identity.unmerge(props.contactId, { ...props.wrong, reason: reason.trim() }),
    touches: ['identity', 'contacts', 'timeline', 'behaviour', 'carts', 'interest', 'leads'],
    done: ({ separated }) => t('identity:card.separated', { count: separated.length }),
    onDone: props.onClose,
  });
  return (
    <Modal opened onClose={props.onClose} title={t('identity:card.separateTitle')}>
      <Stack>
        <Text size="sm">{t('identity:card.separateText')}</Text>
        <Textarea
          label={t('identity:card.reason')}
          autosize
          minRows={2}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button
            color="red"
            disabled={reason.trim() === ''}
            loading={separate.isPending}
            onClick={() => separate.mutate()}
          >
            {t('identity:card.separate')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
