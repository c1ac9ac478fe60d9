import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { JourneyProblem } from '../../../api/journeys.ts';
import { journeys } from '../../../api/journeys.ts';
import { ApiError } from '../../../api/problem.ts';
import { fieldText } from '../../../i18n/problems.ts';
import type { JourneyDefinition } from '../model/definition.ts';

const TYPING_MS = 500;

/** What the API's own schema refuses in a definition, told by the step it means. */
function refusals(error: unknown, { nodes }: JourneyDefinition): JourneyProblem[] {
  if (!(error instanceof ApiError) || error.status !== 422) return [];
  return error.fields.map((one) => {
    const path = one.path.replace(/^definition\./, '');
    const at = /^nodes\.(\d+)\.?(.*)$/.exec(path);
    const entry = /^entry\.(.*)$/.exec(path);
    return {
      severity: 'error',
      node: at === null ? (entry === null ? null : 'entry') : (nodes[Number(at[1])]?.id ?? null),
      field: at?.[2] ?? entry?.[1] ?? path,
      code: 'invalid',
      message: fieldText(one),
    };
  });
}

export type Check = {
  problems: readonly JourneyProblem[];
  byNode: ReadonlyMap<string, readonly JourneyProblem[]>;
  /** Known of what is on the canvas now. */
  settled: boolean;
  sound: boolean;
};

/** What keeps the journey on the canvas from being published, asked while one edits. */
export function useCheck(id: string, definition: JourneyDefinition, enabled: boolean): Check {
  const [asked] = useDebouncedValue(definition, TYPING_MS);
  const query = useQuery({
    ...journeys.check(id, asked),
    enabled,
    placeholderData: keepPreviousData,
  });
  const refused = query.error;
  const found = query.data?.problems;
  return useMemo(() => {
    const problems = enabled ? (refused === null ? (found ?? []) : refusals(refused, asked)) : [];
    return {
      problems,
      byNode: Map.groupBy(
        problems.filter(({ node }) => node !== null),
        ({ node }) => node ?? '',
      ),
      settled: asked === definition && !query.isPlaceholderData && !query.isPending,
      sound: refused === null && problems.every(({ severity }) => severity !== 'error'),
    };
  }, [enabled, refused, found, asked, definition, query.isPlaceholderData, query.isPending]);
}
