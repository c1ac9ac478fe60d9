import { useTranslation } from 'react-i18next';
import type { JourneyProblem } from '../../api/journeys.ts';
import { ApiError } from '../../api/problem.ts';
import type texts from '../../i18n/en/journeys.ts';
import { problemText } from '../../i18n/problems.ts';
import { useBoard } from './canvas/board.ts';
import { nodeOf } from './model/definition.ts';
import { exitWords } from './model/words.ts';

type Code = keyof typeof texts.problems.code;
type Missing = keyof typeof texts.problems.missing;

/** What the check found, in the reader's language; a code of another module by the words of problems. */
export function useProblemWords(): (problem: JourneyProblem) => string {
  const { t, i18n } = useTranslation('journeys');
  const { definition, told } = useBoard();
  return ({ code, node, field, message }) => {
    const exit = exitWords(nodeOf(definition, node ?? ''), field?.replace(/^exit\./, '') ?? '', told);
    if (code === 'journey_exit_open' && exit !== '') return t('problems.exitOpen', { exit });
    const last = field?.split('.').at(-1) ?? '';
    if (code === 'journey_field_missing' && i18n.exists(`problems.missing.${last}`, { ns: 'journeys' }))
      return t(`problems.missing.${last as Missing}`);
    if (i18n.exists(`problems.code.${code}`, { ns: 'journeys' })) return t(`problems.code.${code as Code}`);
    return code === 'invalid' ? message : problemText(new ApiError({ status: 422, code, detail: message }));
  };
}
