import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { batches, coupons } from '../../../api/coupons.ts';
import { notifyDone } from '../../../ui/notify.ts';
import { useWrite } from '../../../ui/mutation.ts';

const TOUCHES = ['coupons', 'coupon-campaigns', 'coupon-batches'];

/** Takes codes out of use for good, with the reason. */
export function VoidDialog({
  codes,
  onClose,
  onDone,
}: {
  codes: readonly string[];
  onClose: () => void;
  onDone?: () => void;
}) {
  const { t } = useTranslation('coupons');
  const write = useWrite({
    run: (reason: string) => coupons.voidCodes({ codes: [...codes], reason }),
    touches: TOUCHES,
    done: ({ voided }) => t('codes.voided', { count: voided }),
    onDone: ({ left }) => {
      if (left.length > 0) notifyDone(t('codes.voidLeft', { count: left.length }));
      onDone?.();
      onClose();
    },
  });
  return (
    <ReasonDialog
      title={t('codes.voidTitle', { count: codes.length })}
      text={t('codes.voidText')}
      busy={write.isPending}
      onClose={onClose}
      onYes={write.mutate}
    />
  );
}

/** The same for a whole batch, or for every code of the campaign, in the background. */
export function VoidBatchDialog(props: { id: string; batchId: string | undefined; onClose: () => void }) {
  const { t } = useTranslation('coupons');
  const { id, batchId } = props;
  const write = useWrite({
    run: (reason: string) => batches.void(id, { reason, ...(batchId === undefined ? {} : { batchId }) }),
    touches: TOUCHES,
    done: t('batches.voiding'),
    onDone: props.onClose,
  });
  return (
    <ReasonDialog
      title={t(batchId === undefined ? 'batches.voidAllTitle' : 'batches.voidTitle')}
      text={t(batchId === undefined ? 'batches.voidAllText' : 'batches.voidText')}
      busy={write.isPending}
      onClose={props.onClose}
      onYes={write.mutate}
    />
  );
}

function ReasonDialog(props: {
  title: string;
  text: string;
  busy: boolean;
  onClose: () => void;
  onYes: (reason: string) => void;
}) {
  const { t } = useTranslation(['coupons', 'common']);
  const [reason, setReason] = useState('');
  const [asked, ask] = useState(false);
  const said = reason.trim();
  return (
    <Modal opened onClose={props.onClose} title={props.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (said === '') ask(true);
          else props.onYes(said);
        }}
      >
        <Stack>
          <Text size="sm">{props.text}</Text>
          <TextInput
            label={t('coupons:codes.reason')}
            data-autofocus
            maxLength={200}
            value={reason}
            error={asked && said === '' ? t('coupons:codes.reasonNeeded') : undefined}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={props.onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" color="red" loading={props.busy}>
              {t('coupons:codes.void')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
