import { Button, Drawer, Group, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { ContactCard } from '../../../api/contacts.ts';
import { identity } from '../../../api/identity.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime } from '../../../ui/format.tsx';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { evidenceOf } from './evidence.ts';
import { IdentityDetails } from './IdentityDetails.tsx';
import { MergeDialog } from './MergeDialog.tsx';

/** Of how many records a contact is made; the records, the evidence and the merges behind a press; another merge by hand. */
export function Identity({ contact }: { contact: ContactCard }) {
  const { t } = useTranslation('identity');
  const { may } = useMe();
  const [open, all] = useDisclosure(false);
  const [merging, merge] = useDisclosure(false);
  return (
    <Section title={t('card.title')}>
      <Loaded query={useQuery(identity.of(contact.id))} lines={1}>
        {(found) => {
          const [latest] = found.merges;
          return (
            <>
              <Text size="sm">
                {t('card.nodes', { count: found.nodes.length })},{' '}
                {t('card.edges', {
                  count: evidenceOf(found.edges).filter(({ removed }) => removed === null).length,
                })}
              </Text>
              {latest?.kind === 'merge' && (
                <Text size="sm" c="dimmed" mt={4}>
                  {t('card.mergedBy', { by: latest.by })} · <DateTime at={latest.at} mode="relative" />.{' '}
                  {t('card.takeBack')}
                </Text>
              )}
              <Group gap={4} mt={4} ml={-8}>
                <Button size="compact-sm" variant="subtle" onClick={all.open}>
                  {t('card.open')}
                </Button>
                {may('contacts:write') && (
                  <Button size="compact-sm" variant="subtle" onClick={merge.open}>
                    {t('byHand.open')}
                  </Button>
                )}
              </Group>
              <Drawer opened={open} onClose={all.close} size="lg" title={t('card.title')}>
                <IdentityDetails found={found} />
              </Drawer>
            </>
          );
        }}
      </Loaded>
      {merging && <MergeDialog contact={contact} onClose={merge.close} />}
    </Section>
  );
}
