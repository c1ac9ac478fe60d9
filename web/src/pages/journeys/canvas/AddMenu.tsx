import { ActionIcon, Menu, Text, ThemeIcon } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Kind } from '../model/definition.ts';
import { KINDS } from '../model/definition.ts';
import { LOOKS } from './looks.ts';

/** What can be put at a place: an end only where nothing follows, goals never into a line. */
const offered = (open: boolean): Kind[] =>
  KINDS.filter((kind) => kind !== 'goal' && (open || kind !== 'exit'));

/** The kinds of steps, to put one at a place. Without a target of its own: a small round plus. */
export function AddMenu(props: {
  label: string;
  open: boolean;
  onAdd: (kind: Kind) => void;
  target?: ReactElement;
  size?: number;
}) {
  const { t } = useTranslation('journeys');
  return (
    <Menu shadow="md" position="right-start" width={260} withinPortal>
      <Menu.Target>
        {props.target ?? (
          <ActionIcon
            className="nodrag nopan"
            variant="default"
            radius="xl"
            size={props.size ?? 24}
            aria-label={props.label}
            title={t('editor.insert')}
          >
            <IconPlus size={14} />
          </ActionIcon>
        )}
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('editor.add')}</Menu.Label>
        {offered(props.open).map((kind) => {
          const { icon: Icon, tone } = LOOKS[kind];
          return (
            <Menu.Item
              key={kind}
              py={5}
              leftSection={
                <ThemeIcon variant="light" color={tone} size={26}>
                  <Icon size={15} />
                </ThemeIcon>
              }
              onClick={() => props.onAdd(kind)}
            >
              {t(`kinds.${kind}`)}
              <Text size="xs" c="dimmed">
                {t(`kindHints.${kind}`)}
              </Text>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}
