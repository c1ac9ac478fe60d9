import type { JourneyState } from '../../api/journeys.ts';

export const STATE_COLORS: Record<JourneyState, string> = {
  draft: 'gray',
  running: 'pine',
  paused: 'gold',
  stopped: 'gray',
};
