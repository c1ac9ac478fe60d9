import type { Config } from '../../core/config.ts';
import type { Ctx } from '../../core/ctx.ts';
import type { Channel, Channels } from './contract.ts';
import { everyChannel } from './contract.ts';
import { openOutbox } from './outbox.ts';
import { openSendgrid } from './sendgrid.ts';
import { openSmtp } from './smtp.ts';

const open = new Map<string, Channel>();

/** Kept for the process. */
function kept(settings: unknown, make: () => Channel): Channel {
  const key = JSON.stringify(settings);
  const known = open.get(key);
  if (known !== undefined) return known;
  const made = make();
  open.set(key, made);
  return made;
}

/** The installation's mail channel: SendGrid when configured, else SMTP, else the local outbox. */
function mailChannel(config: Config): Channel {
  const { sendgrid, smtpUrl } = config;
  if (sendgrid !== undefined) return kept(['sendgrid', sendgrid], () => openSendgrid(sendgrid));
  if (smtpUrl !== undefined) return kept(['smtp', smtpUrl], () => openSmtp(smtpUrl));
  return outboxOf(config);
}

const outboxOf = ({ dataDir }: Config): Channel => kept(['outbox', dataDir], () => openOutbox(dataDir));

/** Who takes each channel's messages: the provider that is configured, else the local outbox. */
export function channelsFor(ctx: Ctx): Channels {
  return { ...everyChannel(outboxOf(ctx.config)), email: mailChannel(ctx.config) };
}
