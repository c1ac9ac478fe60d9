import { Badge, Text } from '@mantine/core';

/** That something does not count as it seems to: a word in the title, and why; `exactly` is for developers. */
export function Mark({ word, why, exactly }: { word: string; why?: string; exactly?: string }) {
  return (
    <>
      {' '}
      <Badge color="gold" title={exactly ?? why}>
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
