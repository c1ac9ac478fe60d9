import type { Ctx } from '../../core/ctx.ts';
import { DomainError } from '../../core/errors.ts';
import { recordProviderEvents } from './actions.ts';
import { readSmsCallback, smsEvent, statusOf } from './sms.ts';

/** A delivery report. 404 `webhook_off` without a provider, 403 `signature_wrong` for an address that is not ours. */
export async function takeSmsReport(ctx: Ctx, token: string, body: string): Promise<number> {
  const { sms } = ctx.config;
  if (sms === undefined)
    throw new DomainError({ code: 'webhook_off', status: 404, detail: 'SMS_URL is not set.' });
  const now = ctx.clock.now();
  const ref = readSmsCallback(ctx.config, token, now);
  if (ref === null)
    throw new DomainError({
      code: 'signature_wrong',
      status: 403,
      detail: 'This address is not ours, or too old.',
    });
  const status = statusOf(body, sms.statusPath);
  if (status === null) return 0;
  const system: Ctx = { ...ctx, actor: { kind: 'system', id: 'system', name: 'sms' } };
  return recordProviderEvents(system, [smsEvent(ref, { body, status, now })]);
}
