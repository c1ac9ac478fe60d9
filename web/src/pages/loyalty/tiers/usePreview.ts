import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ProgramView } from '../../../api/loyalty.ts';
import type { LadderDraft } from '../../../api/standing.ts';
import { ladders } from '../../../api/standing.ts';
import { draftOf } from './form.ts';
import type { LadderFields } from './form.ts';
import { isWhole } from './marks.ts';

const TYPING_MS = 500;
/** Asked while the tiers are not written out yet: it brings what members have, to put thresholds by. */
const STAND_IN: LadderDraft['tiers'] = [{ name: '-', threshold: 1 }];

/** Who would stand where by the fields as they are; asked again a moment after they have changed. */
export function usePreview(program: ProgramView, values: LadderFields) {
  const whole = isWhole(values.tiers);
  const draft = draftOf(values, program.id, program.currency);
  const now = JSON.stringify(whole ? draft : { ...draft, tiers: STAND_IN });
  const [asked] = useDebouncedValue(now, TYPING_MS);
  const { kind, count } = values.window;
  const query = useQuery({
    ...ladders.preview(JSON.parse(asked) as LadderDraft),
    enabled: kind !== 'rolling' || Number(count) > 0,
    placeholderData: keepPreviousData,
  });
  return { query, whole, old: asked !== now || query.isPlaceholderData };
}
