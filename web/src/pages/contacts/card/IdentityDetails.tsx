import { Badge, Button, Group, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { IdentityView } from '../../../api/identity.ts';
import { useMe } from '../../../lib/me.ts';
import { DateTime } from '../../../ui/format.tsx';
import { useKindWords } from '../../identity/words.ts';
import classes from './card.module.css';
import { evidenceOf, isDecision } from './evidence.ts';
import type { Wrong } from './SeparateDialog.tsx';
import { SeparateDialog } from './SeparateDialog.tsx';

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
  return (
    <div>
      <Title order={3}>{t('card.records')}</Title>
      <ul className={classes['entries']}>
        {found.nodes.map((node) => (
          <li key={node.node} className={classes['visit']}>
            <Node node={node} onWrong={onWrong} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Node({ node, onWrong }: { node: IdentityView['nodes'][number]; onWrong: Props['onWrong'] }) {
  const { t } = useTranslation('identity');
  const kindWord = useKindWords();
  const { may } = useMe();
  // A record that has no id of its own is known by how to reach it.
  const names = node.ids.length > 0 ? node.ids : node.points;
  return (
    <>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Group gap={6}>
          <Text size="sm" fw={550}>
            {t(node.known ? 'card.known' : 'card.visitor')}
          </Text>
          {node.present && <Badge color="pine">{t('card.present')}</Badge>}
          {node.shared && <SharedBadge />}
        </Group>
        {!node.present && may('contacts:write') && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            flex="none"
            onClick={() => onWrong({ node: node.node })}
          >
            {t('card.separate')}
          </Button>
        )}
      </Group>
      {names.length > 0 && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {names.map(({ kind, value }) => `${kindWord(kind)}: ${value}`).join(' · ')}
        </Text>
      )}
      {node.shared && <Text size="sm">{t('card.sharedText')}</Text>}
      <Text size="sm" c="dimmed">
        {t('since')} <DateTime at={node.since} mode="date" />
      </Text>
    </>
  );
}

function SharedBadge() {
  const { t } = useTranslation('identity');
  return (
    <Badge color="gold" title={t('card.sharedText')}>
      {t('card.shared')}
    </Badge>
  );
}

function Edges({ found, onWrong }: Props) {
  const { t } = useTranslation('identity');
  const { may } = useMe();
  const mayTakeBack = found.nodes.length > 1 && may('contacts:write');
  const shared = new Set(found.nodes.filter((one) => one.shared).map(({ node }) => node));
  const shown = evidenceOf(found.edges);
  return (
    <div>
      <Title order={3}>{t('card.evidence')}</Title>
      {shown.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('card.noEvidence')}
        </Text>
      )}
      <ul className={classes['entries']}>
        {shown.map((edge) => (
          <li key={edge.edgeId} className={classes['visit']}>
            <Edge
              edge={edge}
              shared={shared.has(edge.node)}
              {...(mayTakeBack && edge.separable ? { onWrong } : {})}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** One piece of evidence; with `onWrong` only where taking it back is possible. */
function Edge(props: { edge: IdentityView['edges'][number]; shared: boolean; onWrong?: Props['onWrong'] }) {
  const { t } = useTranslation('identity');
  const kindWord = useKindWords();
  const { edge, onWrong } = props;
  const ours = isDecision(edge);
  // Whatever was said of a shared record counts as a hint; a person's decision holds of it as well.
  const strength = props.shared && !ours ? 'weak' : edge.strength;
  return (
    <>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Group gap={6}>
          <Text
            size="sm"
            style={{ overflowWrap: 'anywhere' }}
            td={edge.removed === null ? '' : 'line-through'}
          >
            {ours ? kindWord(edge.kind) : `${kindWord(edge.kind)}: ${edge.value}`}
          </Text>
          {!ours && (
            <Badge color={strength === 'strong' ? 'pine' : 'gray'}>{t(`card.strength.${strength}`)}</Badge>
          )}
          {ours && <Badge color="pine">{t('card.decision')}</Badge>}
          {props.shared && !ours && <SharedBadge />}
        </Group>
        {onWrong !== undefined && (
          <Button
            size="compact-sm"
            variant="subtle"
            color="red"
            flex="none"
            onClick={() => onWrong({ edgeId: edge.edgeId })}
          >
            {t('card.wrong')}
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        <DateTime at={edge.occurredAt} />
        {edge.removed !== null && ` · ${t('card.removed', { by: edge.removed.by })}: ${edge.removed.reason}`}
      </Text>
    </>
  );
}
