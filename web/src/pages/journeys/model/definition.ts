import type {
  Edge,
  EntryTrigger,
  Happening,
  JourneyDefinition,
  JourneyNode,
  NodeOf,
  Reentry,
  Span,
} from '../../../../../src/campaigns/journeys/contract.definition.ts';

/** A journey as it is drawn: what the API takes, with the little the screen has to know of each kind. */

export type { Edge, EntryTrigger, Happening, JourneyDefinition, JourneyNode, NodeOf, Reentry, Span };
export type Kind = JourneyNode['type'];
export type Position = JourneyNode['position'];
/** Where a line begins. */
export type Place = Pick<Edge, 'from' | 'exit'>;
export type Arm = NodeOf<'branch'>['arms'][number];
export type Condition = Arm['when'];

export const ENTRY = 'entry';
export const MAX_ARMS = 10;

/** In the order they are offered. */
export const KINDS = [
  'message',
  'wait',
  'wait-until',
  'wait-event',
  'branch',
  'split',
  'incentive',
  'update',
  'tell',
  'goal',
  'exit',
] as const satisfies readonly Kind[];

/** The exits of a node in the order they are shown; a test holds it to what the API says. */
export function exitsOf(node: JourneyNode): string[] {
  switch (node.type) {
    case 'wait':
    case 'wait-until':
    case 'update':
    case 'tell':
      return ['next'];
    case 'wait-event':
      return ['happened', 'timeout'];
    case 'branch':
      return [...node.arms.map(({ id }) => id), 'else'];
    case 'split':
      return node.arms.map(({ id }) => id);
    case 'message':
      return node.waitFor === 'outcome' ? ['sent', 'failed'] : ['next'];
    case 'incentive':
      return ['given', 'refused'];
    case 'goal':
    case 'exit':
    default:
      return [];
  }
}

export const nodeOf = ({ nodes }: JourneyDefinition, id: string): JourneyNode | undefined =>
  nodes.find((node) => node.id === id);

/** Exits by the id of a node or of the entry. */
export function exitsAt(definition: JourneyDefinition, id: string): string[] {
  if (id === ENTRY) return ['next'];
  const node = nodeOf(definition, id);
  return node === undefined ? [] : exitsOf(node);
}

export const targetOf = ({ edges }: JourneyDefinition, { from, exit }: Place): string | undefined =>
  edges.find((edge) => edge.from === from && edge.exit === exit)?.to;

/** Goals stand apart: people come to them from anywhere. */
export const mayBeCome = ({ type }: JourneyNode): boolean => type !== 'goal';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Random: what is given at a node is counted by its id in all versions, so that none may come again. */
export function newNodeId(kind: string): string {
  const random = crypto.getRandomValues(new Uint8Array(6));
  return `${kind}-${Array.from(random, (byte) => LETTERS[byte % LETTERS.length]).join('')}`;
}

const NOWHERE: Position = { x: 0, y: 0 };

/** A node of a kind with what most people begin with. */
export function newNode(kind: Kind, id: string = newNodeId(kind)): JourneyNode {
  const shared = { id, name: '', position: NOWHERE };
  switch (kind) {
    case 'wait':
      return { ...shared, type: kind, for: { amount: 1, unit: 'days' } };
    case 'wait-until':
      return { ...shared, type: kind, at: '10:00', weekdays: [], timeZone: null, sameForAll: false };
    case 'wait-event':
      return {
        ...shared,
        type: kind,
        event: { type: 'order', minTotalMinor: 0 },
        timeout: { amount: 3, unit: 'days' },
        sinceEntry: false,
      };
    case 'branch':
      return { ...shared, type: kind, arms: [newArm(newNodeId('arm'))] };
    case 'split':
      return {
        ...shared,
        type: kind,
        arms: ['a', 'b'].map((arm) => ({ id: arm, name: arm.toUpperCase(), percent: 50 })),
      };
    case 'message':
      return {
        ...shared,
        type: kind,
        channel: 'email',
        templateId: null,
        couponCampaignId: null,
        purpose: 'informational',
        content: { links: {}, productIds: [] },
        waitFor: 'nothing',
      };
    case 'incentive':
      return { ...shared, type: kind, give: { type: 'points', programId: null, points: 100 }, most: null };
    case 'update':
      return { ...shared, type: kind, set: [], addTags: [], removeTags: [] };
    case 'tell':
      return { ...shared, type: kind, event: '', data: {} };
    case 'goal':
      return {
        ...shared,
        type: kind,
        when: { type: 'happening', event: { type: 'order', minTotalMinor: 0 } },
      };
    case 'exit':
    default:
      return { ...shared, type: 'exit' };
  }
}

export const newArm = (id: string): Arm => ({ id, name: '', when: { type: 'rule', rule: null } });

/** Shares of a split made anew so that they are alike and make up a whole. */
export function evenShares(arms: NodeOf<'split'>['arms']): NodeOf<'split'>['arms'] {
  const each = Math.floor(10_000 / arms.length) / 100;
  const rest = Math.round((100 - each * arms.length) * 100) / 100;
  return arms.map((arm, index) => ({
    ...arm,
    percent: index === 0 ? Math.round((each + rest) * 100) / 100 : each,
  }));
}
