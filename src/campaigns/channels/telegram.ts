import { sendEach } from './contract.ts';
import type { Channel, Outcome, TelegramMessage } from './contract.ts';
import { askHttp, atPath, isSuccess, troubleOf, waitMs } from './http.ts';

/** Telegram's Bot API takes about 30 messages a second and says 429 beyond; it cannot be asked what it has sent. */
const BATCH = 60;
const SLICE = 10;
const AT_ONCE = 5;
const LEASE_MS = 120_000;
const REQUEST_MS = 20_000;

export type TelegramSettings = {
  token: string;
  apiUrl: string;
  /** The person has blocked the bot, or the chat is no more. */
  gone: (message: TelegramMessage) => Promise<void>;
};

export function openTelegram(settings: TelegramSettings, requestMs = REQUEST_MS): Channel {
  return {
    name: 'telegram',
    batch: BATCH,
    slice: SLICE,
    leaseMs: LEASE_MS,
    messageMs: requestMs + 5_000,
    send: (messages, goOn) =>
      sendEach(messages, { channel: 'telegram', atOnce: AT_ONCE }, goOn, (message) =>
        hand(settings, message, requestMs),
      ),
    close: async () => {},
  };
}

async function hand(
  settings: TelegramSettings,
  message: TelegramMessage,
  timeoutMs: number,
): Promise<Outcome> {
  const { to, text, button } = message;
  const answer = await askHttp({
    url: `${settings.apiUrl.replace(/\/+$/, '')}/bot${settings.token}/sendMessage`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      chat_id: to,
      text,
      ...(button === null ? {} : { reply_markup: { inline_keyboard: [[button]] } }),
    }),
    timeoutMs,
    // The address is the operator's own setting: a Bot API server of one's own may be near.
    allowPrivate: true,
  });
  if (isSuccess(answer))
    return atPath(answer.body, 'ok') === true
      ? { kind: 'accepted', delivered: true }
      : { kind: 'unknown', reason: 'answer_malformed', detail: answer.body.slice(0, 200) };
  const trouble = troubleOf(answer);
  if (answer.kind === 'lost') return trouble.kind === 'untried' ? trouble : withoutToken(trouble, settings);
  const said = atPath(answer.body, 'description');
  const detail = typeof said === 'string' ? said.slice(0, 200) : `${answer.status}`;
  if (answer.status === 429)
    return {
      kind: 'retryable',
      reason: 'provider_busy',
      detail,
      ...waitMs(atPath(answer.body, 'parameters.retry_after')),
    };
  // 403: blocked by the person, or the chat is gone. 404 is what a wrong token gets.
  if (answer.status === 403 || /chat not found|user is deactivated/i.test(detail)) {
    await settings.gone(message);
    return { kind: 'final', reason: 'address_refused', detail };
  }
  if (answer.status === 404)
    return { kind: 'retryable', reason: 'provider_credentials', detail, pause: true };
  return trouble.kind === 'untried' || trouble.kind === 'accepted' ? trouble : { ...trouble, detail };
}

/** The token stands in the address: errors that quote it must not show it. */
function withoutToken(outcome: Outcome, { token }: TelegramSettings): Outcome {
  return 'detail' in outcome ? { ...outcome, detail: outcome.detail.replaceAll(token, '…') } : outcome;
}
