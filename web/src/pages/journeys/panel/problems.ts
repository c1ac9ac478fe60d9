import type { JourneyProblem } from '../../../api/journeys.ts';
import { useBoard } from '../canvas/board.ts';
import { useProblemWords } from '../problemWords.ts';

/** What the check found at a field of a step: by the field's own path, or what lies inside it. */
export function useErrorAt(id: string): (field: string) => string | undefined {
  const { problems } = useBoard();
  const wordsOf = useProblemWords();
  const own = problems.get(id) ?? [];
  return (field) => {
    const found: JourneyProblem | undefined = own.find(
      (one) => one.severity === 'error' && one.field === field,
    );
    return found === undefined ? undefined : wordsOf(found);
  };
}
