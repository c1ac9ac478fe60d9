import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AssignmentView, StandingView } from '../../../api/standing.ts';
import { categories, standing } from '../../../api/standing.ts';
import { locale } from '../../../i18n/index.ts';
import { decimalText } from '../../../lib/format.ts';
import { useMe } from '../../../lib/me.ts';
import { Confirm } from '../../../ui/Confirm.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { Section } from '../../../ui/Section.tsx';
import { Loaded } from '../../../ui/states.tsx';
import { PersonalDrawer } from '../discounts/PersonalDrawer.tsx';
import { EndPersonal } from '../discounts/PersonalInForce.tsx';
import { AssignDrawer } from './AssignDrawer.tsx';
import { Until } from './Tier.tsx';

const COLORS = {
  requested: 'gold',
  approved: 'pine',
  waiting: 'sky',
  rejected: 'gray',
  revoked: 'gray',
  expired: 'gray',
} as const;

/** On a contact's card: categories such as student or employee with proof, term and review, and personal discounts. */
export function PersonCategories({ contactId }: { contactId: string }) {
  const { t } = useTranslation(['wallet', 'discounts']);
  const { may } = useMe();
  const [adding, add] = useDisclosure(false);
  const [giving, give] = useDisclosure(false);
  return (
    <Section
      title={t('wallet:categories.title')}
      actions={
        may('loyalty:write') && (
          <Group gap={6}>
            <Button size="xs" variant="default" onClick={add.open}>
              {t('wallet:categories.add')}
            </Button>
            <Button size="xs" variant="default" onClick={give.open}>
              {t('discounts:personal.short')}
            </Button>
          </Group>
        )
      }
    >
      <Loaded query={useQuery(standing.ofContact(contactId))} lines={2}>
        {(found) => <Shown found={found} />}
      </Loaded>
      {adding && <AssignDrawer contactId={contactId} onClose={add.close} />}
      {giving && <PersonalDrawer contactId={contactId} onClose={give.close} />}
    </Section>
  );
}

function Shown({ found }: { found: StandingView }) {
  const { t } = useTranslation('wallet');
  const { may } = useMe();
  const { personCategories, personalDiscounts } = found;
  if (personCategories.length === 0 && personalDiscounts.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {t('categories.none')}
      </Text>
    );
  return (
    <Stack gap="sm" role="list" aria-label={t('categories.title')}>
      {personCategories.map((row) => (
        <Assigned key={row.id} row={row} />
      ))}
      {personalDiscounts.map((row) => (
        <div key={row.id} role="listitem">
          <Head
            name={t('categories.personal', { percent: decimalText(row.percent, locale()) })}
            state={row.state}
            until={row.validUntil}
          />
          {row.note !== '' && <Quiet text={row.note} />}
          {(row.state === 'approved' || row.state === 'waiting') && may('loyalty:write') && (
            <EndPersonal row={row} />
          )}
        </div>
      ))}
    </Stack>
  );
}

function Head(props: { name: string; state: AssignmentView['state']; until: string | null }) {
  const { t } = useTranslation('wallet');
  return (
    <Group gap="xs">
      <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
        {props.name}
      </Text>
      <Badge color={COLORS[props.state]}>{t(`categories.states.${props.state}`)}</Badge>
      <Text size="sm" c="dimmed">
        <Until at={props.until} />
      </Text>
    </Group>
  );
}

const Quiet = ({ text }: { text: string }) => (
  <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
    {text}
  </Text>
);

function Assigned({ row }: { row: AssignmentView }) {
  const { t } = useTranslation('wallet');
  const { may } = useMe();
  const people = [
    t('categories.askedBy', { who: row.requestedBy }),
    row.decidedBy === null ? undefined : t('categories.decidedBy', { who: row.decidedBy }),
  ];
  return (
    <div role="listitem">
      <Head name={row.categoryName} state={row.state} until={row.validUntil} />
      <Quiet text={[row.proof, row.proofRef].filter(Boolean).join(' · ')} />
      <Quiet text={people.filter(Boolean).join(' · ')} />
      {row.reason !== '' && <Quiet text={row.reason} />}
      {may('loyalty:write') && row.state === 'requested' && <Review row={row} />}
      {may('loyalty:write') && (row.state === 'approved' || row.state === 'waiting') && <End row={row} />}
    </div>
  );
}

function Review({ row }: { row: AssignmentView }) {
  const { t } = useTranslation('wallet');
  const decide = useWrite({
    run: (decision: 'approve' | 'reject') => categories.decide(row, decision),
    touches: ['standing', 'timeline'],
    done: (_, decision) =>
      t(
        decision === 'approve'
          ? 'categories.approved'
          : row.needsAnother
            ? 'categories.takenBack'
            : 'categories.rejected',
      ),
  });
  if (row.needsAnother)
    return (
      <Group gap={6} mt={6}>
        <Text size="sm" c="dimmed">
          {t('categories.needsAnother')}
        </Text>
        <Button
          size="compact-sm"
          variant="default"
          loading={decide.isPending}
          aria-label={t('categories.takeBackOf', { name: row.categoryName })}
          onClick={() => decide.mutate('reject')}
        >
          {t('categories.takeBack')}
        </Button>
      </Group>
    );
  return (
    <Group gap={6} mt={6}>
      <Button
        size="compact-sm"
        loading={decide.isPending}
        aria-label={t('categories.approveOf', { name: row.categoryName })}
        onClick={() => decide.mutate('approve')}
      >
        {t('categories.approve')}
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        disabled={decide.isPending}
        aria-label={t('categories.rejectOf', { name: row.categoryName })}
        onClick={() => decide.mutate('reject')}
      >
        {t('categories.reject')}
      </Button>
    </Group>
  );
}

function End({ row }: { row: AssignmentView }) {
  const { t } = useTranslation('wallet');
  const [asking, setAsking] = useState(false);
  const revoke = useWrite({
    run: () => categories.revoke(row, ''),
    touches: ['standing', 'timeline'],
    done: t('categories.revoked'),
    onDone: () => setAsking(false),
  });
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        color="red"
        ml={-8}
        aria-label={t('categories.revokeOf', { name: row.categoryName })}
        onClick={() => setAsking(true)}
      >
        {t('categories.revoke')}
      </Button>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t('categories.revokeTitle', { name: row.categoryName })}
        text={t('categories.revokeText')}
        yes={t('categories.revoke')}
        danger
        busy={revoke.isPending}
        onYes={() => revoke.mutate(undefined)}
      />
    </>
  );
}
