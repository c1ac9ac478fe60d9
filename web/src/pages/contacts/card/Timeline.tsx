import { Button, Chip, Group, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { contacts } from '../../../api/contacts.ts';
import { useList } from '../../../lib/list.ts';
import { useMe } from '../../../lib/me.ts';
import { textOf } from '../../../lib/textOf.ts';
import { DateTime } from '../../../ui/format.tsx';
import { More } from '../../../ui/More.tsx';
import { Section } from '../../../ui/Section.tsx';
import { ErrorState, Loading } from '../../../ui/states.tsx';
import { WhyOfContact } from '../../campaigns/report/WhyDrawer.tsx';
import classes from './card.module.css';
import type { Data } from './entries.tsx';
import { KINDS, lookOf, useEntryWords } from './entries.tsx';

/** Everything that happened with a contact, newest first, by kind. */
export function Timeline({ contactId }: { contactId: string }) {
  const { t } = useTranslation(['contacts', 'common', 'campaigns']);
  const [kind, setKind] = useState('all');
  const list = useList(contacts.timeline(contactId, kind === 'all' ? undefined : kind));
  const words = useEntryWords();
  const { may } = useMe();
  const [asking, ask] = useState<{ campaignId?: string }>();
  const asks = may('campaigns:read');
  return (
    <Section
      title={t('contacts:timeline.title')}
      actions={
        asks && (
          <Button size="xs" variant="default" onClick={() => ask({})}>
            {t('campaigns:why.askOf')}
          </Button>
        )
      }
    >
      <Chip.Group value={kind} onChange={(next) => setKind(next)}>
        <Group gap={6} mb="md">
          <Chip size="xs" value="all">
            {t('contacts:timeline.all')}
          </Chip>
          {KINDS.map((one) => (
            <Chip key={one} size="xs" value={one}>
              {t(`contacts:timeline.kinds.${one}`)}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      {list.error !== null && list.rows === undefined && (
        <ErrorState error={list.error} retry={list.onRetry} />
      )}
      {list.error === null && list.rows === undefined && <Loading />}
      {list.rows?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('contacts:timeline.empty')}
        </Text>
      )}
      <ul className={classes['entries']}>
        {list.rows?.map((entry) => {
          const { Icon, tone } = lookOf(entry);
          const { title, body } = words(entry);
          return (
            <li key={`${entry.kind}-${entry.id}`} className={classes['entry']}>
              <span className={classes['icon']} data-tone={tone}>
                <Icon size={17} stroke={1.7} aria-hidden="true" />
              </span>
              <div>
                <div className={classes['head']}>
                  <Text size="sm" fw={550} component="div">
                    {title}
                  </Text>
                  <Text size="sm" c="dimmed">
                    <DateTime at={entry.occurredAt} />
                  </Text>
                  {asks && entry.kind === 'message' && typeof entry.data['campaignId'] === 'string' && (
                    <Why of={entry.data} onAsk={(campaignId) => ask({ campaignId })} />
                  )}
                </div>
                {body !== undefined && (
                  <Text size="sm" className={classes['body'] ?? ''} component="div">
                    {body}
                  </Text>
                )}
              </div>
            </li>
          );
        })}
      </ul>
      <More more={list.more} />
      <WhyOfContact
        opened={asking !== undefined}
        onClose={() => ask(undefined)}
        contactId={contactId}
        campaignId={asking?.campaignId}
      />
    </Section>
  );
}

function Why({ of, onAsk }: { of: Data; onAsk: (campaignId: string) => void }) {
  const { t } = useTranslation('campaigns');
  return (
    <Button
      size="compact-xs"
      variant="subtle"
      aria-label={t('why.of', { name: textOf(of['campaignName']) })}
      onClick={() => onAsk(textOf(of['campaignId']))}
    >
      {t('why.short')}
    </Button>
  );
}
