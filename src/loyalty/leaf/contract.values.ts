import { z } from 'zod';
import { text } from '../../core/text.ts';

const MAX_IDS = 200;
const MAX_NAME = 200;

export const type = z.literal('loyalty');
export const ids = z.array(z.uuid()).min(1).max(MAX_IDS);
/** What the ids were called when they were chosen, in their order: rules are told by them. */
export const names = z.array(text(MAX_NAME)).max(MAX_IDS).optional();
