import { ActionIcon, Button, Group, SegmentedControl, Text, Tooltip } from '@mantine/core';
import { IconFolderPlus, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './builder.module.css';
import { useEditing } from './editing.ts';
import { LeafRow } from './LeafRow.tsx';
import type { GroupNode } from './model.ts';
import { isGroup, newGroup, newLeaf } from './model.ts';
import { freshAttribute } from './fresh.ts';

/** A group of conditions; groups stand inside groups. */
export function RuleGroup({
  node,
  depth,
  onChange,
}: {
  node: GroupNode;
  depth: number;
  onChange: (node: GroupNode) => void;
}) {
  const { t } = useTranslation('segments');
  const { change, fields, errorsOf } = useEditing();
  const between = node.mode === 'all' ? t('builder.and') : t('builder.or');
  const problems = node.children.length === 0 ? [t('builder.emptyGroup')] : errorsOf(node.id);
  const add = (child: GroupNode['children'][number]) =>
    onChange({ ...node, children: [...node.children, child] });
  return (
    <div role="group" aria-label={t('builder.group')} className={classes['group']} data-depth={depth % 2}>
      <Group justify="space-between" gap="xs" mb="xs">
        <SegmentedControl
          size="xs"
          aria-label={t('builder.mode')}
          value={node.mode}
          onChange={(mode) => onChange({ ...node, mode: mode })}
          data={(['all', 'any', 'none'] as const).map((mode) => ({
            value: mode,
            label: t(`builder.${mode}`),
          }))}
        />
        {depth > 0 && (
          <Tooltip label={t('builder.removeGroup')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('builder.removeGroup')}
              onClick={() => change(node.id, undefined)}
            >
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      {node.children.map((child, index) => (
        <div key={child.id}>
          {index > 0 && <span className={classes['between']}>{between}</span>}
          {isGroup(child) ? (
            <RuleGroup node={child} depth={depth + 1} onChange={(next) => change(child.id, next)} />
          ) : (
            <LeafRow node={child} />
          )}
        </div>
      ))}
      {problems.map((problem) => (
        <Text key={problem} size="sm" c={node.children.length === 0 ? 'dimmed' : 'red'} role="status">
          {problem}
        </Text>
      ))}
      <Group gap="xs" mt="sm">
        <Button
          size="xs"
          variant="light"
          leftSection={<IconPlus size={15} />}
          onClick={() => add(newLeaf(freshAttribute(fields)))}
        >
          {t('builder.addCondition')}
        </Button>
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconFolderPlus size={15} />}
          onClick={() =>
            add(newGroup([newLeaf(freshAttribute(fields))], node.mode === 'any' ? 'all' : 'any'))
          }
        >
          {t('builder.addGroup')}
        </Button>
      </Group>
    </div>
  );
}
