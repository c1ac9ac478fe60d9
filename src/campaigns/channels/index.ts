import { forgetPushPoint, pushSecrets } from '../../contacts/index.ts';
import type { Config } from '../../core/config.ts';
import { inTx } from '../../core/ctx.ts';
import type { Ctx } from '../../core/ctx.ts';
import { emit } from '../../core/outbox.ts';
import { addMs, DAY_MS } from '../../core/time.ts';
import { vapidKeys } from '../../tracking/index.ts';
import type { ChannelName } from '../contract.channel.ts';
import { smsCallbacks } from '../events/sms.ts';
import { openCalls } from './calls.ts';
import type { CallMessage, Channel, Channels } from './contract.ts';
import { everyChannel } from './contract.ts';
import { openOutbox } from './outbox.ts';
import { openSendgrid } from './sendgrid.ts';
import { openPush } from './push.ts';
import { openSms } from './sms.ts';
import { openSmtp } from './smtp.ts';
import { openTelegram } from './telegram.ts';
import { openWebhook } from './webhook.ts';

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

/** `asked`: for what somebody waits for, with connections that no broadcast keeps busy. */
type Lane = 'many' | 'asked';
const ASKED_CONNECTIONS = 2;

/** The installation's mail channel: SendGrid when configured, else SMTP, else the local outbox. */
function mailChannel(config: Config, lane: Lane): Channel {
  const { sendgrid, smtpUrl } = config;
  if (sendgrid !== undefined) return kept(['sendgrid', sendgrid], () => openSendgrid(sendgrid));
  if (smtpUrl !== undefined)
    return kept(['smtp', smtpUrl, lane], () =>
      lane === 'many' ? openSmtp(smtpUrl) : openSmtp(smtpUrl, undefined, ASKED_CONNECTIONS),
    );
  return outboxOf(config);
}

const outboxOf = ({ dataDir }: Config): Channel => kept(['outbox', dataDir], () => openOutbox(dataDir));

/** Who takes each channel's messages: the provider that is configured, else the local outbox. */
export function channelsFor(ctx: Ctx, lane: Lane = 'many'): Channels {
  const { sms, telegram, webhook, pushContact, allowPrivateHosts: allowPrivate } = ctx.config;
  const gone = (kind: 'push' | 'telegram') => (message: { contactId: string; to: string }) =>
    forgetPushPoint(ctx, { kind, contactId: message.contactId, endpoint: message.to });
  const own: Partial<Record<ChannelName, Channel>> = {
    email: mailChannel(ctx.config, lane),
    call: openCalls(callsOf(ctx)),
  };
  if (sms !== undefined)
    own.sms = openSms({ ...sms, allowPrivate, callbackOf: smsCallbacks(ctx.config, ctx.clock.now()) });
  if (telegram !== undefined) own.telegram = openTelegram({ ...telegram, gone: gone('telegram') });
  if (webhook !== undefined) own.webhook = openWebhook({ ...webhook, allowPrivate });
  if (pushContact !== undefined)
    own.push = openPush({
      ...vapidKeys(ctx.config),
      contact: pushContact,
      allowPrivate,
      keysOf: (messages) =>
        pushSecrets(
          ctx,
          messages.map(({ contactId, to }) => ({ contactId, endpoint: to })),
        ),
      gone: gone('push'),
    });
  return { ...everyChannel(outboxOf(ctx.config)), ...own };
}

/** A task is due the day after: managers plan their calls in the morning. */
const CALL_DUE_MS = DAY_MS;

function callsOf(ctx: Ctx): (messages: readonly CallMessage[]) => Promise<void> {
  return async (messages) => {
    const dueAt = addMs(ctx.clock.now(), CALL_DUE_MS).toISOString();
    await inTx(ctx, (tx) =>
      emit(
        tx,
        'call.requested',
        messages.map(({ id, contactId, campaignId, title, text }) => ({
          contactId,
          campaignId,
          messageId: id,
          title,
          text,
          dueAt,
        })),
      ),
    );
  };
}
