import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

type Props = {
  /** What is decided about, for a screen reader. */
  what: string;
  busy: boolean;
  /** The reader asked for it: another person approves, the reader may only take it back. */
  needsAnother: boolean;
  /** Whether a refusal says why. */
  reasoned?: boolean;
  onApprove: () => void;
  onRefuse: (reason: string) => void;
};

/** Yes at once, no with a reason that whoever asked can read; who asked sees that another person has to say yes. */
export function Decide(props: Props) {
  return props.needsAnother ? <TakeBack {...props} /> : <YesOrNo {...props} />;
}

function TakeBack({ what, busy, onRefuse }: Props) {
  const { t } = useTranslation('loyalty');
  return (
    <Group gap={6} justify="flex-end">
      <Text size="sm" c="dimmed">
        {t('approvals.needsAnother')}
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        loading={busy}
        aria-label={t('approvals.takeBackOf', { what })}
        onClick={() => onRefuse('')}
      >
        {t('approvals.takeBack')}
      </Button>
    </Group>
  );
}

function YesOrNo({ what, busy, reasoned = true, onApprove, onRefuse }: Props) {
  const { t } = useTranslation('loyalty');
  const [asking, setAsking] = useState(false);
  return (
    <Group gap={6} wrap="nowrap">
      <Button
        size="compact-sm"
        loading={busy}
        aria-label={t('approvals.approveOf', { what })}
        onClick={onApprove}
      >
        {t('approvals.approve')}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        disabled={busy}
        aria-label={t('approvals.refuseOf', { what })}
        onClick={() => (reasoned ? setAsking(true) : onRefuse(''))}
      >
        {t('approvals.refuse')}
      </Button>
      {asking && (
        <WhyNot
          what={what}
          onClose={() => setAsking(false)}
          onRefuse={(reason) => {
            setAsking(false);
            onRefuse(reason);
          }}
        />
      )}
    </Group>
  );
}

function WhyNot(props: { what: string; onClose: () => void; onRefuse: (reason: string) => void }) {
  const { t } = useTranslation(['categories', 'loyalty', 'common']);
  const [reason, setReason] = useState('');
  return (
    <Modal opened onClose={props.onClose} title={t('loyalty:approvals.refuseOf', { what: props.what })}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onRefuse(reason.trim());
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
            <Button variant="default" onClick={props.onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" color="red">
              {t('loyalty:approvals.refuse')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
