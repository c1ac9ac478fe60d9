import { ActionIcon, Menu, Text } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconDotsVertical,
  IconIndentDecrease,
  IconIndentIncrease,
  IconTrash,
} from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { useEditing } from './editing.ts';
import type { Move } from './moves.ts';

const MOVES = [
  { move: 'up', icon: IconArrowUp, keys: 'Alt ↑', key: 'ArrowUp' },
  { move: 'down', icon: IconArrowDown, keys: 'Alt ↓', key: 'ArrowDown' },
  { move: 'in', icon: IconIndentIncrease, keys: 'Alt →', key: 'ArrowRight' },
  { move: 'out', icon: IconIndentDecrease, keys: 'Alt ←', key: 'ArrowLeft' },
] as const satisfies { move: Move; icon: typeof IconArrowUp; keys: string; key: string }[];

const keyLabel = (text: string) => (
  <Text size="xs" c="dimmed" visibleFrom="sm">
    {text}
  </Text>
);

/** Everything that can be done to a node as a whole. */
export function NodeMenu({ id, label, remove }: { id: string; label: string; remove: string }) {
  const { t } = useTranslation('segments');
  const editing = useEditing();
  return (
    <Menu position="bottom-end" shadow="md" width={250}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={label} data-node-menu>
          <IconDotsVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {MOVES.map(({ move, icon: Icon, keys }) => (
          <Menu.Item
            key={move}
            leftSection={<Icon size={15} />}
            rightSection={keyLabel(keys)}
            disabled={!editing.canMove(id, move)}
            onClick={() => editing.move(id, move)}
          >
            {t(`builder.moves.${move}`)}
          </Menu.Item>
        ))}
        <Menu.Item
          leftSection={<IconCopy size={15} />}
          rightSection={keyLabel('Alt D')}
          onClick={() => editing.duplicate(id)}
        >
          {t('builder.duplicate')}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={15} />}
          rightSection={keyLabel('Alt ⌫')}
          onClick={() => editing.remove(id)}
        >
          {remove}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** The same by keyboard, from any field of the node. Takes the keys before the field does. */
export function useNodeKeys(id: string): (event: KeyboardEvent) => void {
  const editing = useEditing();
  return (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const move = MOVES.find(({ key }) => key === event.key)?.move;
    const act =
      move !== undefined
        ? () => editing.move(id, move)
        : event.key === 'Backspace' || event.key === 'Delete'
          ? () => editing.remove(id)
          : event.code === 'KeyD'
            ? () => editing.duplicate(id)
            : undefined;
    if (act === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
}
