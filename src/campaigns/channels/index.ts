import type { Config } from '../../core/config.ts';
import type { Channel } from './contract.ts';
import { openOutbox } from './outbox.ts';
import { openSendgrid } from './sendgrid.ts';
import { openSmtp } from './smtp.ts';

const open = new Map<string, Channel>();

/** The installation's mail channel: SendGrid when configured, else SMTP, else the local outbox. Kept for the process. */
export function mailChannel(config: Config): Channel {
  const { sendgrid, smtpUrl, dataDir } = config;
  const key = JSON.stringify([sendgrid ?? null, smtpUrl ?? null, dataDir]);
  const known = open.get(key);
  if (known !== undefined) return known;
  const made =
    sendgrid !== undefined
      ? openSendgrid(sendgrid)
      : smtpUrl !== undefined
        ? openSmtp(smtpUrl)
        : openOutbox(dataDir);
  open.set(key, made);
  return made;
}
