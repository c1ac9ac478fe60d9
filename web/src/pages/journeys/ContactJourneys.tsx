import { Anchor, Badge, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { JourneyEntry } from '../../api/journeys.ts';
import { journeys } from '../../api/journeys.ts';
import { DateTime } from '../../ui/format.tsx';
import { AnchorLink } from '../../ui/links.tsx';
import { Section } from '../../ui/Section.tsx';
import { Loaded } from '../../ui/states.tsx';
import type { Kind } from './model/definition.ts';
import { Steps, useReasonWords } from './numbers/Path.tsx';

const SHOWN = 6;

/** On a contact's card: the journeys they are in or were, where, and the way taken. */
export function ContactJourneys({ contactId }: { contactId: string }) {
  const { t } = useTranslation('journeys');
  const query = useQuery(journeys.ofContact(contactId));
  return (
    <Section title={t('card.title')}>
      <Loaded query={query} lines={2}>
        {(entries) =>
          entries.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t('card.none')}
            </Text>
          ) : (
            <Stack gap="sm">
              {entries.slice(0, SHOWN).map((entry) => (
                <Entry key={entry.entryId} entry={entry} contactId={contactId} />
              ))}
            </Stack>
          )
        }
      </Loaded>
    </Section>
  );
}

function Entry({ entry, contactId }: { entry: JourneyEntry; contactId: string }) {
  const { t } = useTranslation('journeys');
  const reasonWords = useReasonWords();
  const [open, setOpen] = useState(false);
  const last = entry.path.at(-1);
  const place = last === undefined ? '' : last.nodeName || t(`kinds.${last.nodeType as Kind}`);
  const gone = entry.state === 'left';
  return (
    <div>
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <AnchorLink
          to="/journeys/$id"
          params={{ id: entry.journeyId }}
          search={{ tab: 'numbers', version: entry.version, contact: contactId, entry: entry.entryId }}
          size="sm"
          style={{ overflowWrap: 'anywhere' }}
        >
          {entry.journeyName}
        </AnchorLink>
        <Badge color={gone ? (entry.reason === 'goal' ? 'pine' : 'gray') : 'sky'} style={{ flex: 'none' }}>
          {gone ? reasonWords(entry.reason ?? '') : t('path.isHere')}
        </Badge>
      </Group>
      <Text size="xs" c="dimmed">
        {!gone && place !== '' && `${t('card.at', { name: place })} · `}
        <DateTime at={entry.leftAt ?? entry.enteredAt} />{' '}
        <Anchor
          component="button"
          type="button"
          size="xs"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          {t(open ? 'card.hide' : 'card.show')}
        </Anchor>
      </Text>
      {open && <Steps entry={entry} />}
    </div>
  );
}
