import { Button, Group, SegmentedControl, Text } from '@mantine/core';
import { IconFolderPlus, IconPlus } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './builder.module.css';
import { useEditing } from './editing.ts';
import { freshAttribute } from './fresh.ts';
import { LeafRow } from './LeafRow.tsx';
import type { GroupNode } from './model.ts';
import { isGroup, newGroup, newLeaf } from './model.ts';
import { NodeMenu, useNodeKeys } from './NodeMenu.tsx';

/** A group of conditions; groups stand inside groups. */
export function RuleGroup({ node, depth }: { node: GroupNode; depth: number }) {
  const { t } = useTranslation('segments');
  const { change, add, fields, errorsOf } = useEditing();
  const onKeys = useNodeKeys(node.id);
  const between = node.mode === 'all' ? t('builder.and') : t('builder.or');
  const empty = node.children.length === 0;
  const problems = empty ? [t('builder.emptyGroup')] : errorsOf(node.id);
  return (
    <div
      role="group"
      aria-label={t('builder.group')}
      className={classes['group']}
      data-depth={depth % 2}
      data-node={node.id}
      data-wrong={!empty && problems.length > 0}
    >
      <Group
        justify="space-between"
        gap="xs"
        mb="xs"
        wrap="nowrap"
        {...(depth > 0 ? { onKeyDownCapture: onKeys } : {})}
      >
        <SegmentedControl
          size="xs"
          aria-label={t('builder.mode')}
          value={node.mode}
          onChange={(mode) => change(node.id, { ...node, mode })}
          data={(['all', 'any', 'none'] as const).map((mode) => ({
            value: mode,
            label: t(`builder.${mode}`),
          }))}
        />
        {depth > 0 && (
          <NodeMenu id={node.id} label={t('builder.groupMenu')} remove={t('builder.removeGroup')} />
        )}
      </Group>
      {node.children.map((child, index) => (
        <div key={child.id}>
          {index > 0 && <span className={classes['between']}>{between}</span>}
          {isGroup(child) ? <RuleGroup node={child} depth={depth + 1} /> : <LeafRow node={child} />}
        </div>
      ))}
      {problems.map((problem) => (
        <Text key={problem} size="sm" c={empty ? 'dimmed' : 'red'} role={empty ? 'status' : 'alert'}>
          {problem}
        </Text>
      ))}
      <Group gap="xs" mt="sm">
        <Button
          size="xs"
          variant="light"
          leftSection={<IconPlus size={15} />}
          onClick={() => add(node, newLeaf(freshAttribute(fields)))}
        >
          {t('builder.addCondition')}
        </Button>
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconFolderPlus size={15} />}
          onClick={() =>
            add(node, newGroup([newLeaf(freshAttribute(fields))], node.mode === 'any' ? 'all' : 'any'))
          }
        >
          {t('builder.addGroup')}
        </Button>
      </Group>
    </div>
  );
}
