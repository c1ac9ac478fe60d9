import { Group, Modal, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import type { MemberView } from '../../../api/loyalty.ts';
import { CopyField } from '../../../ui/CopyField.tsx';
import { DateTime } from '../../../ui/format.tsx';
import { Qr } from '../../../ui/Qr.tsx';

const SMALL = 92;
const LARGE = 300;

/** In groups of four, as it is printed. */
export const spaced = (number: string): string => number.replaceAll(/(.{4})(?=.)/g, '$1 ');

/** The member's card: its number and its QR code, which a till reads larger. */
export function CardNumber({ member }: { member: MemberView }) {
  const { t } = useTranslation('wallet');
  const [open, { open: enlarge, close }] = useDisclosure(false);
  const label = t('qr.label', { number: spaced(member.cardNumber) });
  return (
    <Group gap="md" align="flex-start" wrap="nowrap">
      {member.qr !== '' && (
        <UnstyledButton onClick={enlarge} aria-label={t('qr.enlarge')} style={{ flex: 'none' }}>
          <Qr value={member.qr} label={label} size={SMALL} />
        </UnstyledButton>
      )}
      <div style={{ flex: 1, minWidth: 0 }}>
        <CopyField label={t('card')} value={member.cardNumber} />
        <Text size="xs" c="dimmed" mt={4}>
          {t('memberSince')} <DateTime at={member.enrolledAt} mode="date" />
        </Text>
      </div>
      <Modal opened={open} onClose={close} title={t('card')} size="sm">
        <Stack align="center" gap="xs">
          <Qr value={member.qr} label={label} size={LARGE} />
          <Text fw={600} className="otk-figure">
            {spaced(member.cardNumber)}
          </Text>
        </Stack>
      </Modal>
    </Group>
  );
}
