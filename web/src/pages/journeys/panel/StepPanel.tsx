import {
  Alert,
  Button,
  CloseButton,
  Divider,
  Group,
  Select,
  Stack,
  Text,
  TextInput,
  ThemeIcon,
} from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useBoard } from '../canvas/board.ts';
import { LOOKS } from '../canvas/looks.ts';
import type { JourneyDefinition, JourneyNode } from '../model/definition.ts';
import { ENTRY, exitsAt, mayBeCome, nodeOf, targetOf } from '../model/definition.ts';
import { exitWords, titleOf } from '../model/words.ts';
import { useProblemWords } from '../problemWords.ts';
import { EntryForm } from './EntryForm.tsx';
import { NodeForm } from './Forms.tsx';
import classes from './panel.module.css';

type Props = {
  id: string;
  onEntry: (entry: JourneyDefinition['entry']) => void;
  onNode: (node: JourneyNode) => void;
};

/** One step beside the canvas: what is wrong with it, its form, where its ways go on. */
export function StepPanel({ id, onEntry, onNode }: Props) {
  const { t } = useTranslation('journeys');
  const { definition, hands, select } = useBoard();
  const node = nodeOf(definition, id);
  if (node === undefined && id !== ENTRY) return null;
  const kind = node?.type ?? 'entry';
  const { icon: Icon, tone } = LOOKS[kind];
  const disabled = hands === undefined;
  return (
    <section
      aria-label={t('editor.selected', { name: node === undefined ? t('kinds.entry') : titleOf(node, t) })}
    >
      <Group justify="space-between" wrap="nowrap" mb="sm">
        <Group gap="xs" wrap="nowrap">
          <ThemeIcon variant="light" color={tone} size={30}>
            <Icon size={18} stroke={1.7} aria-hidden="true" />
          </ThemeIcon>
          <Text fw={650}>{t(`kinds.${kind}`)}</Text>
        </Group>
        <CloseButton aria-label={t('editor.close')} onClick={() => select(undefined)} />
      </Group>
      <Wrong id={id} />
      <fieldset className={classes['form']} disabled={disabled}>
        <Stack gap="sm">
          {node !== undefined && (
            <TextInput
              label={t('form.name')}
              placeholder={t(`kinds.${kind}`)}
              maxLength={120}
              value={node.name}
              onChange={(event) => onNode({ ...node, name: event.currentTarget.value })}
            />
          )}
          {node === undefined ? (
            <EntryForm entry={definition.entry} onChange={onEntry} />
          ) : (
            <NodeForm key={id} node={node} onChange={onNode} disabled={disabled} />
          )}
          <GoesOn id={id} />
        </Stack>
      </fieldset>
      {hands !== undefined && node !== undefined && (
        <Button
          mt="lg"
          size="xs"
          variant="subtle"
          color="red"
          leftSection={<IconTrash size={15} />}
          onClick={() => hands.remove([id], [])}
        >
          {t('editor.remove')}
        </Button>
      )}
    </section>
  );
}

function Wrong({ id }: { id: string }) {
  const { problems } = useBoard();
  const wordsOf = useProblemWords();
  const own = problems.get(id) ?? [];
  if (own.length === 0) return null;
  const bad = own.some(({ severity }) => severity === 'error');
  return (
    <Alert color={bad ? 'red' : 'gold'} p="xs" mb="sm">
      {[...new Set(own.map(wordsOf))].map((words) => (
        <Text key={words} size="sm">
          {words}
        </Text>
      ))}
    </Alert>
  );
}

/** Where each way leads: the lines of the canvas, to be chosen by keyboard. */
function GoesOn({ id }: { id: string }) {
  const { t } = useTranslation('journeys');
  const { definition, told, hands } = useBoard();
  const node = nodeOf(definition, id);
  const exits = exitsAt(definition, id);
  if (exits.length === 0) return null;
  const steps = definition.nodes
    .filter((one) => one.id !== id && mayBeCome(one))
    .map((one, index) => ({ value: one.id, label: `${index + 1}. ${titleOf(one, t)}` }));
  return (
    <>
      <Divider label={t('form.exits')} labelPosition="left" />
      {exits.map((exit) => (
        <Select
          key={exit}
          label={exitWords(node, exit, told) || t('form.exitOf')}
          placeholder={t('form.nowhere')}
          clearable
          size="xs"
          data={steps}
          value={targetOf(definition, { from: id, exit }) ?? null}
          onChange={(to) => hands?.connect({ from: id, exit }, to ?? undefined)}
        />
      ))}
    </>
  );
}
