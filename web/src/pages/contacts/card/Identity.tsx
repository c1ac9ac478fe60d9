import { Button, Drawer, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { identity } from '../../../api/identity.ts';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { IdentityDetails } from './IdentityDetails.tsx';

/** Of how many records a contact is made; the records, the evidence and the merges behind a press. */
export function Identity({ contactId }: { contactId: string }) {
  const { t } = useTranslation('identity');
  const [open, all] = useDisclosure(false);
  return (
    <Section title={t('card.title')}>
      <Loaded query={useQuery(identity.of(contactId))} lines={1}>
        {(found) => (
          <>
            <Text size="sm">
              {t('card.nodes', { count: found.nodes.length })},{' '}
              {t('card.edges', { count: found.edges.filter(({ removed }) => removed === null).length })}
            </Text>
            <Button size="compact-sm" variant="subtle" mt={4} ml={-8} onClick={all.open}>
              {t('card.open')}
            </Button>
            <Drawer opened={open} onClose={all.close} size="lg" title={t('card.title')}>
              <IdentityDetails found={found} />
            </Drawer>
          </>
        )}
      </Loaded>
    </Section>
  );
}
