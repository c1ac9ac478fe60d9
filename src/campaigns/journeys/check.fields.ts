import { exitsOf } from './contract.definition.ts';
import type { Happening, JourneyDefinition, JourneyNode } from './contract.definition.ts';
import type { JourneyProblem } from './contract.ts';
import { error, warning } from './problem.ts';

/** What single nodes lack. */

const missing = (node: string, field: string): JourneyProblem =>
  error(node, field, 'journey_field_missing', 'Choose what belongs here.');

/** The arms of a split make up a whole, and the arms of one node have names of their own. */
export function shareProblem(node: JourneyNode): JourneyProblem[] {
  if (node.type !== 'split' && node.type !== 'branch') return [];
  const exits = exitsOf(node);
  const found =
    new Set(exits).size === exits.length
      ? []
      : [error(node.id, 'arms', 'journey_arms_alike', 'Two arms have one id.')];
  if (node.type === 'branch') return found;
  const sum = node.arms.reduce((all, { percent }) => all + percent, 0);
  // Thirds are written as 33.33.
  if (Math.abs(sum - 100) <= 0.1) return found;
  return [
    ...found,
    error(node.id, 'arms', 'journey_split_not_whole', `The shares make ${sum} %, not 100 %.`),
  ];
}

export function fieldProblems(node: JourneyNode, definition: JourneyDefinition): JourneyProblem[] {
  switch (node.type) {
    case 'message':
      return node.templateId === null ? [missing(node.id, 'templateId')] : [];
    case 'incentive':
      return [...giftProblems(node)];
    case 'branch':
      return node.arms.flatMap(({ when }, i) => {
        const at = `arms.${i}.when`;
        if (when.type === 'rule') return when.rule === null ? [missing(node.id, `${at}.rule`)] : [];
        return messageProblem(node.id, `${at}.node`, when.node, definition);
      });
    case 'wait-event':
      return happeningProblem(node.id, 'event', node.event, definition);
    case 'goal':
      if (node.when.type === 'happening')
        return happeningProblem(node.id, 'when.event', node.when.event, definition);
      return node.when.rule === null ? [missing(node.id, 'when.rule')] : [];
    case 'update':
      return node.set.length + node.addTags.length + node.removeTags.length === 0
        ? [warning(node.id, 'set', 'journey_update_nothing', 'This changes nothing.')]
        : [];
    case 'tell':
      return node.event.trim() === '' ? [missing(node.id, 'event')] : [];
    case 'wait':
    case 'wait-until':
    case 'split':
    case 'exit':
    default:
      return [];
  }
}

function giftProblems({ id, give, most }: Extract<JourneyNode, { type: 'incentive' }>): JourneyProblem[] {
  const chosen = give.type === 'points' ? give.programId : give.couponCampaignId;
  return [
    ...(chosen === null
      ? [missing(id, give.type === 'points' ? 'give.programId' : 'give.couponCampaignId')]
      : []),
    ...(most === null
      ? [warning(id, 'most', 'journey_no_budget', 'There is no limit to how often this is given.')]
      : []),
  ];
}

function happeningProblem(
  at: string,
  field: string,
  event: Happening,
  definition: JourneyDefinition,
): JourneyProblem[] {
  if (event.type === 'event') return event.name.trim() === '' ? [missing(at, `${field}.name`)] : [];
  return event.type === 'response' ? messageProblem(at, `${field}.node`, event.node, definition) : [];
}

function messageProblem(
  at: string,
  field: string,
  node: string | null,
  { nodes }: JourneyDefinition,
): JourneyProblem[] {
  if (node === null) return [missing(at, field)];
  return nodes.some(({ id, type }) => id === node && type === 'message')
    ? []
    : [error(at, field, 'journey_message_unknown', 'There is no such message in this journey.')];
}
