import { z } from 'zod';

/** Ways a message reaches somebody. "call" is a task for a manager; "webhook" tells another system, which does the rest. */
export const CHANNELS = ['email', 'sms', 'telegram', 'push', 'webhook', 'call'] as const;
export const channelName = z.enum(CHANNELS);
export type ChannelName = z.output<typeof channelName>;

/** A further channel of a campaign, with its texts. */
export const fallbackStep = z.object({ channel: channelName, templateId: z.uuid() });
export const MAX_FALLBACK = CHANNELS.length - 1;

/** GET /api/channels: who takes the messages of each channel; "outbox" where nothing is set. */
export const channelList = z.object({
  items: z.array(
    z.object({
      channel: channelName,
      provider: z.string(),
      /** Environment variables it takes. */
      setting: z.string(),
      /** Where the provider tells what became of messages and what came in; null: nothing to set, or not for the asker's eyes. */
      hook: z.string().nullable(),
    }),
  ),
});
export type ChannelList = z.output<typeof channelList>;
