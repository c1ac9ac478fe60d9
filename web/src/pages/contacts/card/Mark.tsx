import { Badge, Text } from '@mantine/core';

/** That something does not count as it seems to: a word in the title, and why. */
export function Mark({ word, why }: { word: string; why?: string }) {
  return (
    <>
      {' '}
      <Badge color="gold" title={why}>
        {word}
      </Badge>
      {why !== undefined && (
        <Text size="sm" c="dimmed" fw={400}>
          {why}
        </Text>
      )}
    </>
  );
}
