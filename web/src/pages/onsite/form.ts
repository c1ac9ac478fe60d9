import type { OnsiteInput, OnsiteListed } from '../../api/onsite.ts';

export const KINDS = ['banner', 'popup', 'inline'] as const;
export const TRIGGERS = ['load', 'delay', 'scroll', 'exit', 'event'] as const;

/** What the form holds: every field a text or a number, as it is typed. */
export type OnsiteForm = {
  kind: (typeof KINDS)[number];
  title: string;
  body: string;
  linkText: string;
  linkUrl: string;
  slot: string;
  pagePattern: string;
  on: (typeof TRIGGERS)[number];
  seconds: number | '';
  percent: number | '';
  event: string;
  priority: number | '';
  cap: number | '';
  sourceId: string | null;
  segmentId: string | null;
  control: number | '';
};

export const FRESH: OnsiteForm = {
  kind: 'banner',
  title: '',
  body: '',
  linkText: '',
  linkUrl: '',
  slot: '',
  pagePattern: '*',
  on: 'load',
  seconds: 10,
  percent: 50,
  event: '',
  priority: 100,
  cap: 3,
  sourceId: null,
  segmentId: null,
  control: 0,
};

export function formOf(message: OnsiteListed): OnsiteForm {
  const { trigger } = message;
  return {
    kind: message.kind,
    title: message.title,
    body: message.body,
    linkText: message.linkText ?? '',
    linkUrl: message.linkUrl ?? '',
    slot: message.slot ?? '',
    pagePattern: message.pagePattern,
    on: trigger.on,
    seconds: trigger.on === 'delay' ? trigger.value : FRESH.seconds,
    percent: trigger.on === 'scroll' ? trigger.value : FRESH.percent,
    event: trigger.on === 'event' ? trigger.value : '',
    priority: message.priority,
    cap: message.cap,
    sourceId: message.sourceId,
    segmentId: message.segmentId,
    control: message.control,
  };
}

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

export function inputOf(form: OnsiteForm): OnsiteInput {
  const { kind, title, body, pagePattern, sourceId, segmentId } = form;
  return {
    kind,
    title,
    body,
    pagePattern,
    sourceId,
    segmentId,
    control: Number(form.control),
    linkText: orNull(form.linkText),
    linkUrl: orNull(form.linkUrl),
    slot: kind === 'inline' ? orNull(form.slot) : null,
    trigger: triggerOf(form),
    priority: Number(form.priority),
    cap: Number(form.cap),
  };
}

function triggerOf({ on, seconds, percent, event }: OnsiteForm): NonNullable<OnsiteInput['trigger']> {
  if (on === 'delay') return { on, value: Number(seconds) };
  if (on === 'scroll') return { on, value: Number(percent) };
  if (on === 'event') return { on, value: event };
  return { on };
}

/** What came of a message, in the order it happens. */
export const COUNTS = ['shown', 'clicked', 'closed', 'converted'] as const;
