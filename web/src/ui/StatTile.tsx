import { Anchor, Group, Paper, Skeleton, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './ui.module.css';
import { Why } from './Why.tsx';

/** One figure that explains itself: what it counts, from where, and (inside a link) leads to its list. */
export function StatTile(props: {
  label: string;
  value: ReactNode;
  why?: string;
  hint?: ReactNode;
  tone?: 'hot' | 'bad';
  /** Shows what stands behind the figure. */
  onOpen?: () => void;
}) {
  const { t } = useTranslation();
  return (
    <Paper p="md" className={classes['tile']} data-tone={props.tone}>
      <Group gap={6} wrap="nowrap">
        <Text size="sm" c="dimmed">
          {props.label}
        </Text>
        {props.why !== undefined && <Why text={props.why} />}
      </Group>
      <Text className={classes['tileValue']} component="div">
        {props.value ?? <Skeleton height={28} width={88} />}
      </Text>
      {props.onOpen !== undefined && (
        <Anchor
          component="button"
          type="button"
          size="xs"
          onClick={props.onOpen}
          aria-label={`${t('action.show')}: ${props.label}`}
        >
          {t('action.show')}
        </Anchor>
      )}
      {props.hint !== undefined && (
        <Text size="xs" c="dimmed" component="div">
          {props.hint}
        </Text>
      )}
    </Paper>
  );
}
