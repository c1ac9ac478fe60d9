import { Badge, Button, Group, Modal, Stack, Text, Textarea, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IdentityView } from '../../../api/identity.ts';
import { identity } from '../../../api/identity.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime } from '../../../ui/format.tsx';
import { useWrite } from '../../../ui/mutation.ts';
import { useKindWords } from '../../identity/words.ts';
import classes from './card.module.css';

/** Decisions of people: their value is a number of our own that says nothing to anybody. */
const OURS = /^(manual|apart:)/;

type Wrong = { edgeId: string } | { node: string };

/** What was joined, what says so, what was decided. Evidence and records can be taken out again. */
export function IdentityDetails({ found }: { found: IdentityView }) {
  const { t } = useTranslation('identity');
  const [wrong, setWrong] = useState<Wrong>();
  return (
    <Stack gap="lg">
      <Nodes found={found} onWrong={setWrong} />
      <Edges found={found} onWrong={setWrong} />
      {found.merges.length > 0 && (
        <div>
          <Title order={3}>{t('card.merges')}</Title>
          <ul className={classes['entries']}>
            {found.merges.map((merge) => (
              <li key={`${merge.at} ${merge.from}`} className={classes['visit']}>
                <Text size="sm" fw={550}>
                  {t(`card.mergeKinds.${merge.kind}`)} · {merge.by}
                </Text>
                <Text size="sm" c="dimmed">
                  <DateTime at={merge.at} /> · {merge.reason}
                </Text>
              </li>
            ))}
          </ul>
        </div>
      )}
      {wrong !== undefined && (
        <SeparateDialog contactId={found.contactId} wrong={wrong} onClose={() => setWrong(undefined)} />
      )}
    </Stack>
  );
}

type Props = { found: IdentityView; onWrong: (wrong: Wrong) => void };

function Nodes({ found, onWrong }: Props) {
  const { t } = useTranslation('identity');
  const kindWord = useKindWords();
  const { may } = useMe();
  return (
    <div>
      <Title order={3}>{t('card.records')}</Title>
      <ul className={classes['entries']}>
        {found.nodes.map(({ node, present, known, since, ids }) => (
          <li key={node} className={classes['visit']}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text size="sm" fw={550}>
                {t(known ? 'card.known' : 'card.visitor')}{' '}
                {present && <Badge color="pine">{t('card.present')}</Badge>}
              </Text>
              {!present && may('contacts:write') && (
                <Button size="compact-sm" variant="subtle" color="red" onClick={() => onWrong({ node })}>
                  {t('card.separate')}
                </Button>
              )}
            </Group>
            <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
              {ids.map(({ kind, value }) => `${kindWord(kind)}: ${value}`).join(' · ')}
            </Text>
            <Text size="sm" c="dimmed">
              {t('since')} <DateTime at={since} mode="date" />
            </Text>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Edges({ found, onWrong }: Props) {
  const { t } = useTranslation('identity');
  const kindWord = useKindWords();
  const { may } = useMe();
  const separable = found.nodes.length > 1 && may('contacts:write');
  return (
    <div>
      <Title order={3}>{t('card.evidence')}</Title>
      {found.edges.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('card.noEvidence')}
        </Text>
      )}
      <ul className={classes['entries']}>
        {found.edges.map((edge) => (
          <li key={edge.edgeId} className={classes['visit']}>
            <Group justify="space-between" gap="xs" wrap="nowrap">
              <Text
                size="sm"
                style={{ overflowWrap: 'anywhere' }}
                td={edge.removed === null ? '' : 'line-through'}
              >
                {OURS.test(edge.kind) ? kindWord(edge.kind) : `${kindWord(edge.kind)}: ${edge.value}`}{' '}
                <Badge color={edge.strength === 'strong' ? 'pine' : 'gray'}>
                  {t(`card.strength.${edge.strength}`)}
                </Badge>
              </Text>
              {separable && edge.removed === null && (
                <Button
                  size="compact-sm"
                  variant="subtle"
                  color="red"
                  onClick={() => onWrong({ edgeId: edge.edgeId })}
                >
                  {t('card.wrong')}
                </Button>
              )}
            </Group>
            <Text size="sm" c="dimmed">
              <DateTime at={edge.occurredAt} />
              {edge.removed !== null &&
                ` · ${t('card.removed', { by: edge.removed.by })}: ${edge.removed.reason}`}
            </Text>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Asks why: the reason stands beside the separation for good. */
function SeparateDialog(props: { contactId: string; wrong: Wrong; onClose: () => void }) {
  const { t } = useTranslation(['identity', 'common']);
  const [reason, setReason] = useState('');
  const separate = useWrite({
    run: () => identity.unmerge(props.contactId, { ...props.wrong, reason: reason.trim() }),
    touches: ['identity', 'contacts', 'timeline', 'behaviour', 'carts', 'interest', 'leads'],
    done: ({ separated }) => t('identity:card.separated', { count: separated.length }),
    onDone: props.onClose,
  });
  return (
    <Modal opened onClose={props.onClose} title={t('identity:card.separateTitle')}>
      <Stack>
        <Text size="sm">{t('identity:card.separateText')}</Text>
        <Textarea
          label={t('identity:card.reason')}
          autosize
          minRows={2}
          data-autofocus
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={props.onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button
            color="red"
            disabled={reason.trim() === ''}
            loading={separate.isPending}
            onClick={() => separate.mutate()}
          >
            {t('identity:card.separate')}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
