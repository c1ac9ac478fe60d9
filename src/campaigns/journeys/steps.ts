import { z } from 'zod';
import { idFrom } from '../../core/ids.ts';
import { channelName } from '../contract.channel.ts';
import { PURPOSES } from '../contract.ts';

/** The campaigns of a version's message nodes, as the version keeps them. */
export const stepMessages = z.record(
  z.string(),
  z.object({
    campaignId: z.uuid(),
    purpose: z.enum(PURPOSES),
    channel: channelName,
    templateVersion: z.number().int(),
  }),
);
export type StepMessages = z.output<typeof stepMessages>;

/** The same for the same node of the same version. */
export const stepCampaignId = (journeyId: string, version: number, nodeId: string): string =>
  idFrom(`journey ${journeyId} ${version} ${nodeId}`);
