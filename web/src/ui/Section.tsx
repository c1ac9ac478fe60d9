import { Group, Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useId } from 'react';

/** A titled card of a page. */
export function Section(props: {
  title: string;
  hint?: ReactNode;
  actions?: ReactNode;
  flush?: boolean;
  children: ReactNode;
}) {
  const id = useId();
  const pad = props.flush === true ? 'md' : 0;
  return (
    <Paper component="section" aria-labelledby={id} p={props.flush === true ? 0 : 'md'}>
      <Group
        justify="space-between"
        gap="xs"
        mb={props.flush === true ? 0 : 'sm'}
        px={pad}
        pt={pad}
        pb={props.flush === true ? 'xs' : 0}
        wrap="wrap"
      >
        <div>
          <Title order={2} id={id}>
            {props.title}
          </Title>
          {props.hint !== undefined && (
            <Text size="sm" c="dimmed" component="div">
              {props.hint}
            </Text>
          )}
        </div>
        {props.actions}
      </Group>
      {props.children}
    </Paper>
  );
}
