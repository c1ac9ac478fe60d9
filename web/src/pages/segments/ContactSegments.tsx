import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { segments } from '../../api/segments.ts';
import { useList } from '../../lib/list.ts';
import { DateTime } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { More } from '../../ui/More.tsx';
import { Section } from '../../ui/Section.tsx';
import { ErrorState, Loaded, Loading } from '../../ui/states.tsx';
import { ExplainDrawer } from './explain/ExplainDrawer.tsx';
import { Direction } from './insight/Transitions.tsx';

/** On a contact's card: the segments they are in, why, and which they came into and left. */
export function ContactSegments({ contact }: { contact: { id: string; name: string } }) {
  const { t } = useTranslation(['segments', 'contacts']);
  const [asked, ask] = useState<string>();
  const [history, { toggle }] = useDisclosure(false);
  const query = useQuery(segments.ofContact(contact.id));
  return (
    <Section
      title={t('contacts:card.segments')}
      actions={
        <Anchor component="button" type="button" size="sm" aria-expanded={history} onClick={toggle}>
          {history ? t('segments:moves.hide') : t('segments:moves.history')}
        </Anchor>
      }
    >
      <Loaded query={query} lines={2}>
        {(found) =>
          found.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('contacts:card.noSegments')}
            </Text>
          ) : (
            <Stack gap={6}>
              {found.map(({ id, name, since }) => (
                <Group key={id} justify="space-between" gap="xs" wrap="nowrap">
                  <AnchorLink
                    to="/segments/$id"
                    params={{ id }}
                    size="sm"
                    style={{ overflowWrap: 'anywhere' }}
                  >
                    {name}
                  </AnchorLink>
                  <Group gap="xs" wrap="nowrap">
                    <Text size="sm" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
                      <DateTime at={since} mode="date" />
                    </Text>
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      aria-label={t('segments:explain.whyIn', { segment: name })}
                      onClick={() => ask(id)}
                    >
                      {t('segments:explain.why')}
                    </Button>
                  </Group>
                </Group>
              ))}
            </Stack>
          )
        }
      </Loaded>
      {history && <History contactId={contact.id} />}
      <ExplainDrawer
        opened={asked !== undefined}
        onClose={() => ask(undefined)}
        asked={{ id: asked ?? '' }}
        contact={contact}
      />
    </Section>
  );
}

function History({ contactId }: { contactId: string }) {
  const { t } = useTranslation('segments');
  const { rows, error, onRetry, more } = useList(segments.historyOf(contactId));
  if (rows === undefined)
    return error === null || error === undefined ? (
      <Loading lines={3} />
    ) : (
      <ErrorState error={error} retry={onRetry} />
    );
  if (rows.length === 0)
    return (
      <Text size="sm" c="dimmed" mt="sm">
        {t('moves.empty')}
      </Text>
    );
  return (
    <Stack gap={8} mt="md" role="list" aria-label={t('moves.history')}>
      {rows.map((row) => (
        <div key={row.id} role="listitem">
          <Group gap="xs">
            <Direction direction={row.direction} />
            <Text size="sm" span style={{ overflowWrap: 'anywhere' }}>
              {row.archived ? (
                row.name
              ) : (
                <AnchorLink to="/segments/$id" params={{ id: row.segmentId }}>
                  {row.name}
                </AnchorLink>
              )}
            </Text>
          </Group>
          <Text size="xs" c="dimmed">
            <DateTime at={row.occurredAt} /> · {t(`cause.${row.cause}`)}
          </Text>
        </div>
      ))}
      <More more={more} />
    </Stack>
  );
}
