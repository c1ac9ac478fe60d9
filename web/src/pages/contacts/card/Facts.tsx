import { Anchor, Badge, Group, Text } from '@mantine/core';
import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ContactCard } from '../../../api/contacts.ts';
import { textOf } from '../../../lib/textOf.ts';
import { DateTime } from '../../../ui/format.tsx';
import { Section } from '../../../ui/Section.tsx';
import classes from './card.module.css';

/** What is known of a contact: how to reach them, who they are, what they agreed to. */
export function Facts({ contact }: { contact: ContactCard }) {
  const { t } = useTranslation(['contacts', 'known']);
  // Both are anybody's words: what has a dot or a colon in it is no path to a text.
  const known = (what: 'status' | 'source', word: string): string =>
    /^\w+$/.test(word) ? t(`known:${what}.${word}` as 'known:source.api', { defaultValue: word }) : word;
  const birthday = [contact.birthDay, contact.birthMonth, contact.birthYear]
    .filter((part) => part !== null)
    .join('.');
  const about: [string, ReactNode][] = [
    [t('field.status'), known('status', contact.status)],
    [t('field.locale'), contact.locale],
    [t('field.timeZone'), contact.timeZone],
    [t('field.birthday'), birthday === '' ? null : birthday],
    [t('field.source'), contact.source === null ? null : known('source', contact.source)],
    [t('field.createdAt'), <DateTime key="at" at={contact.createdAt} mode="date" />],
  ];
  return (
    <>
      <Section title={t('card.reach')}>
        <List
          rows={contact.points.map((point) => [
            t(`field.${point.kind as 'email'}`, { defaultValue: point.kind }),
            <Point key={point.value} point={point} />,
          ])}
        />
      </Section>
      <Section title={t('card.about')}>
        <List rows={about.filter(([, value]) => value !== null && value !== '')} />
      </Section>
      <Section title={t('card.attributes')}>
        {Object.keys(contact.attributes).length === 0 ? (
          <Quiet text={t('card.noAttributes')} />
        ) : (
          <List rows={Object.entries(contact.attributes).map(([key, value]) => [key, textOf(value)])} />
        )}
      </Section>
      <Section title={t('card.consents')}>
        {contact.consents.length === 0 ? (
          <Quiet text={t('card.noConsents')} />
        ) : (
          <List
            rows={contact.consents.map((consent) => [
              [
                t(`timeline.purpose.${consent.purpose as 'marketing'}`, { defaultValue: consent.purpose }),
                t(`timeline.channel.${consent.channel as 'email'}`, { defaultValue: consent.channel }),
              ].join(' · '),
              <Group key="state" gap={6}>
                <Badge color={consent.granted ? 'pine' : 'red'}>
                  {consent.granted ? t('card.granted') : t('card.withdrawn')}
                </Badge>
                <DateTime at={consent.occurredAt} mode="date" />
              </Group>,
            ])}
          />
        )}
      </Section>
      {contact.externalIds.length > 0 && (
        <Section title={t('card.externalIds')}>
          <List rows={contact.externalIds.map(({ namespace, id }) => [namespace, id])} />
        </Section>
      )}
    </>
  );
}

const Quiet = ({ text }: { text: string }) => (
  <Text size="sm" c="dimmed">
    {text}
  </Text>
);

function List({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={classes['facts']}>
      {rows.map(([name, value], index) => (
        <Fragment key={`${name}-${index}`}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

const LINKS: Record<string, string> = { email: 'mailto:', phone: 'tel:' };

function Point({ point }: { point: ContactCard['points'][number] }) {
  const { t } = useTranslation('contacts');
  const scheme = LINKS[point.kind];
  const shown = point.extension === null ? point.value : `${point.value} #${point.extension}`;
  return (
    <Group gap={6}>
      {scheme === undefined || !point.valid ? (
        shown
      ) : (
        <Anchor href={`${scheme}${point.value}`} size="sm">
          {shown}
        </Anchor>
      )}
      {point.primary && <Badge color="gray">{t('card.primary')}</Badge>}
      {!point.valid && <Badge color="gold">{t('card.invalid')}</Badge>}
    </Group>
  );
}
