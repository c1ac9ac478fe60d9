import { Button, Group, Modal, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

type Props = {
  /** What is decided about, for a screen reader. */
  what: string;
  busy: boolean;
  onApprove: () => void;
  onRefuse: (reason: string) => void;
};

/** Yes at once, no with a reason that whoever asked can read. */
export function Decide({ what, busy, onApprove, onRefuse }: Props) {
  const { t } = useTranslation(['categories', 'loyalty', 'common']);
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const close = () => setAsking(false);
  return (
    <Group gap={6} wrap="nowrap">
      <Button
        size="compact-sm"
        loading={busy}
        aria-label={t('loyalty:approvals.approveOf', { what })}
        onClick={onApprove}
      >
        {t('loyalty:approvals.approve')}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        disabled={busy}
        aria-label={t('loyalty:approvals.refuseOf', { what })}
        onClick={() => setAsking(true)}
      >
        {t('loyalty:approvals.refuse')}
      </Button>
      <Modal opened={asking} onClose={close} title={t('loyalty:approvals.refuseOf', { what })}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            close();
            onRefuse(reason.trim());
          }}
        >
          <Stack>
            <Textarea
              data-autofocus
              label={t('categories:refuseReason')}
              description={t('categories:refuseHint')}
              autosize
              minRows={2}
              maxLength={2_000}
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {t('common:action.cancel')}
              </Button>
              <Button type="submit" color="red">
                {t('loyalty:approvals.refuse')}
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </Group>
  );
}
