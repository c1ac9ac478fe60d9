import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconExternalLink, IconLink } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProgramView } from '../../../api/loyalty.ts';
import { walletLinks } from '../../../api/rewards.ts';
import { locale } from '../../../i18n/index.ts';
import { dateText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import { CopyField } from '../../../ui/CopyField.tsx';
import { useWrite } from '../../../ui/mutation.ts';

/** A link to the member's own page, made when it is asked for; and how to void all links there are. */
export function WalletLink({ contactId, program }: { contactId: string; program: ProgramView }) {
  const { t } = useTranslation('rewards');
  const { may } = useMe();
  const [link, setLink] = useState<{ url: string; expiresAt: string }>();
  const make = useWrite({
    run: () => walletLinks.make(contactId, program.id),
    touches: [],
    onDone: setLink,
  });
  const revoke = useWrite({
    run: () => walletLinks.revoke(contactId, program.id),
    touches: [],
    done: t('link.revoked'),
    onDone: setLink,
  });
  if (!may('loyalty:write') && !may('loyalty:sell')) return null;
  return (
    <Group>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconLink size={15} />}
        loading={make.isPending}
        onClick={() => make.mutate(undefined)}
      >
        {t('link.open')}
      </Button>
      {link !== undefined && (
        <Modal
          opened
          onClose={() => setLink(undefined)}
          title={t('link.title', { program: program.name })}
          size="lg"
        >
          <Stack>
            <Text size="sm">{t('link.text')}</Text>
            <CopyField label={t('link.label')} value={link.url} />
            <Text size="sm" c="dimmed">
              {t('link.until', { day: dateText(link.expiresAt, locale()) })}
              <br />
              {t('link.revokeHint')}
            </Text>
            <Group justify="space-between">
              <Button
                variant="subtle"
                color="red"
                loading={revoke.isPending}
                onClick={() => revoke.mutate(undefined)}
              >
                {t('link.revoke')}
              </Button>
              <Button
                component="a"
                href={link.url}
                target="_blank"
                rel="noreferrer"
                rightSection={<IconExternalLink size={15} />}
              >
                {t('link.show')}
              </Button>
            </Group>
          </Stack>
        </Modal>
      )}
    </Group>
  );
}
