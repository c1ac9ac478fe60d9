import {
  IconBell,
  IconClock,
  IconClockHour9,
  IconDoorEnter,
  IconFlag,
  IconGift,
  IconHourglass,
  IconMail,
  IconPlayerStop,
  IconArrowsSplit,
  IconGitBranch,
  IconPencil,
} from '@tabler/icons-react';
import type { Kind } from '../model/definition.ts';

/** How each kind of step looks: its sign, and the tone that groups it with its like. */
export const LOOKS: Record<Kind | 'entry', { icon: typeof IconMail; tone: string }> = {
  entry: { icon: IconDoorEnter, tone: 'pine' },
  message: { icon: IconMail, tone: 'sky' },
  wait: { icon: IconClock, tone: 'gray' },
  'wait-until': { icon: IconClockHour9, tone: 'gray' },
  'wait-event': { icon: IconHourglass, tone: 'gray' },
  branch: { icon: IconGitBranch, tone: 'gold' },
  split: { icon: IconArrowsSplit, tone: 'gold' },
  incentive: { icon: IconGift, tone: 'ember' },
  update: { icon: IconPencil, tone: 'sky' },
  tell: { icon: IconBell, tone: 'sky' },
  goal: { icon: IconFlag, tone: 'pine' },
  exit: { icon: IconPlayerStop, tone: 'gray' },
};
