import { Button, Drawer, Select, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { campaigns } from '../../../api/campaigns.ts';
import type { Why } from '../../../api/campaigns.ts';
import { useList } from '../../../lib/list.ts';
import { DateTime } from '../../../ui/format.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { Choose } from '../../segments/explain/ExplainDrawer.tsx';
import { ExplainTree } from '../../segments/explain/ExplainTree.tsx';
import { useReasonWords } from '../words.ts';

type Person = { id: string; name: string };

/** Why somebody got the campaign's message or did not; without `contact` somebody is chosen first. */
export function WhyDrawer(props: {
  opened: boolean;
  onClose: () => void;
  campaignId: string;
  contact?: Person | undefined;
}) {
  const { t } = useTranslation('campaigns');
  return (
    <Drawer opened={props.opened} onClose={props.onClose} size="lg" title={t('why.title')}>
      {props.opened && (
        <Inside key={props.contact?.id} campaignId={props.campaignId} contact={props.contact} />
      )}
    </Drawer>
  );
}

/** The same from the contact's side: of one campaign, or of one that is chosen here. */
export function WhyOfContact(props: {
  opened: boolean;
  onClose: () => void;
  contactId: string;
  campaignId?: string | undefined;
}) {
  const { t } = useTranslation('campaigns');
  return (
    <Drawer opened={props.opened} onClose={props.onClose} size="lg" title={t('why.title')}>
      {props.opened && <OfContact key={props.campaignId} {...props} />}
    </Drawer>
  );
}

function OfContact({ contactId, campaignId }: { contactId: string; campaignId?: string | undefined }) {
  const { t } = useTranslation('campaigns');
  const list = useList(campaigns.list());
  const [chosen, choose] = useState(campaignId ?? null);
  return (
    <Stack gap="md">
      {campaignId === undefined && (
        <Select
          label={t('why.campaign')}
          searchable
          allowDeselect={false}
          data={(list.rows ?? []).map(({ id, name, state }) => ({
            value: id,
            label: `${name} · ${t(`states.${state}`)}`,
          }))}
          value={chosen}
          onChange={choose}
        />
      )}
      {chosen !== null && <Answer key={chosen} campaignId={chosen} contactId={contactId} />}
    </Stack>
  );
}

function Inside({ campaignId, contact }: { campaignId: string; contact: Person | undefined }) {
  const { t } = useTranslation(['campaigns', 'segments']);
  const [chosen, choose] = useState(contact);
  if (chosen === undefined) return <Choose onChange={choose} />;
  return (
    <Stack gap="md">
      {contact === undefined && (
        <Button size="xs" variant="default" mr="auto" onClick={() => choose(undefined)}>
          {t('segments:explain.another')}
        </Button>
      )}
      <Answer campaignId={campaignId} contactId={chosen.id} />
    </Stack>
  );
}

function Answer({ campaignId, contactId }: { campaignId: string; contactId: string }) {
  const query = useQuery(campaigns.why(campaignId, contactId));
  return <Loaded query={query}>{(why) => <Told why={why} />}</Loaded>;
}

function Told({ why }: { why: Why }) {
  const { t } = useTranslation('campaigns');
  const words = useReasonWords();
  const { consent, suppression } = why.present;
  return (
    <Stack gap="sm">
      <Text fw={600}>{why.campaign.name}</Text>
      <Text fw={600}>
        {why.contact.name}: {t(`why.verdict.${why.verdict}`)}
        {why.reason !== null && ` · ${words(why.reason)}`}
      </Text>
      {why.sharedWith !== null && <Text size="sm">{t('why.shared', { name: why.sharedWith.name })}</Text>}
      {suppression !== null && (
        <Text size="sm">
          {t('why.suppressed')} <DateTime at={suppression.at} />
        </Text>
      )}
      <Text size="sm">
        {consent === null
          ? t('why.noWord')
          : t(consent.granted ? 'why.yes' : 'why.no', { source: consent.source })}{' '}
        {consent !== null && <DateTime at={consent.at} />}
      </Text>
      {why.messages.map((message) => (
        <Story key={message.id} message={message} />
      ))}
      {why.segment?.explanation.root && why.verdict === 'none' && (
        <ExplainTree root={why.segment.explanation.root} today={false} />
      )}
    </Stack>
  );
}

/** What happened to one message, in order. */
function Story({ message }: { message: Why['messages'][number] }) {
  const { t } = useTranslation('campaigns');
  const words = useReasonWords();
  return (
    <Stack gap={4} component="section" aria-label={t('why.story')}>
      <Text size="sm">
        {t('why.planned')} <DateTime at={message.plannedAt} />
      </Text>
      {message.decisions.map((one) => (
        <Text size="sm" key={`${one.at} ${one.decision}`}>
          <DateTime at={one.at} /> {t(`why.decision.${one.decision}`)}
          {one.reason !== null && ` · ${words(one.reason)}`}
          {one.until !== null && (
            <>
              {' · '}
              {t('why.until')} <DateTime at={one.until} />
            </>
          )}
          {one.because.length > 0 &&
            ` · ${t('why.because', { list: one.because.map(({ campaignName }) => campaignName).join(', ') })}`}
        </Text>
      ))}
      {message.handedAt !== null && (
        <Text size="sm">
          <DateTime at={message.handedAt} /> {t('why.handed')} {message.address}
        </Text>
      )}
      {message.detail !== null && (
        <Text size="sm" c="dimmed">
          {t('why.provider')} {message.detail}
        </Text>
      )}
      {message.responses.map((one) => (
        <Text size="sm" key={`${one.at} ${one.kind}`}>
          <DateTime at={one.at} /> {t(`why.response.${one.kind}` as 'why.response.opened')}
          {!one.human && ` · ${t('why.machine')}`}
        </Text>
      ))}
    </Stack>
  );
}
