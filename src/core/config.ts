import { z } from 'zod';
import { isTimeZone } from './time.ts';

/** Every setting comes from the environment and is listed in .env.example. A wrong value stops the start with its name. */
const flag = z.enum(['0', '1', 'true', 'false']).transform((text) => text === '1' || text === 'true');
const port = z.coerce.number().int().min(0).max(65_535);

const jsonObject = z.string().transform((text, issues): Record<string, unknown> => {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    issues.addIssue({ code: 'custom', message: 'a JSON object' });
    return z.NEVER;
  }
});

const schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('production'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  DATA_DIR: z.string().default('.otklik'),
  DATABASE_URL: z.string().startsWith('postgres').optional(),
  REDIS_URL: z.string().startsWith('redis').optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Key of signed links and encrypted secrets; made and kept in the database when absent. */
  OTKLIK_SECRET: z.string().min(32, 'at least 32 characters').optional(),
  BASE_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, 'three capital letters')
    .default('GBP'),
  TIME_ZONE: z.string().refine(isTimeZone, 'an IANA zone such as Europe/Moscow').default('UTC'),
  DEFAULT_COUNTRY: z
    .string()
    .regex(/^[A-Z]{2}$/, 'two capital letters')
    .default('GB'),
  OWNER_EMAIL: z.email().default('owner@example.com'),
  OWNER_PASSWORD: z.string().min(12, 'at least 12 characters').optional(),
  MAIL_FROM: z.string().default('Otklik <hello@example.com>'),
  SMTP_URL: z.string().startsWith('smtp').optional(),
  SENDGRID_API_KEY: z.string().optional(),
  SENDGRID_BASE_URL: z.url().optional(),
  /** Public key of SendGrid's Event Webhook (base64); without it the webhook is off. */
  SENDGRID_WEBHOOK_KEY: z.string().optional(),
  SMS_URL: z.url({ protocol: /^https?$/ }).optional(),
  SMS_METHOD: z.enum(['POST', 'PUT', 'GET']).default('POST'),
  SMS_AUTHORIZATION: z.string().optional(),
  SMS_FORMAT: z.enum(['json', 'form']).default('json'),
  /** Body as JSON; {to}, {text}, {from}, {id} and {callback} in its strings are filled in. */
  SMS_BODY: jsonObject.default({ to: '{to}', from: '{from}', text: '{text}', id: '{id}' }),
  SMS_FROM: z.string().default('Otklik'),
  /** Where the answer carries the provider's id, "messages.0.id": an answer without it counts as none. */
  SMS_ID_PATH: z.string().optional(),
  SMS_STATUS_PATH: z.string().default('status'),
  SMS_PART_PRICE: z
    .string()
    .regex(/^\d{1,6}(\.\d{1,6})?$/, 'a price such as 0.04')
    .optional(),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]+$/, 'a token of @BotFather')
    .optional(),
  TELEGRAM_BOT_NAME: z.string().optional(),
  TELEGRAM_API_URL: z.url().default('https://api.telegram.org'),
  /** Who answers for web push (RFC 8292): mailto: or https:. Without it pushes go to the local outbox. */
  PUSH_CONTACT: z
    .string()
    .regex(/^(mailto:|https:)/, 'mailto: or https:')
    .optional(),
  WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
  WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{32,}={0,2}$/, 'whsec_ and the secret in base64')
    .optional(),
  /** Webhooks and SMS may go to addresses of the own network. */
  ALLOW_PRIVATE_HOSTS: flag.default(false),
  /** Visitors nobody knows are forgotten so many days after their last visit. */
  VISITOR_DAYS: z.coerce.number().int().min(1).max(3_650).default(180),
  WORKER_CONCURRENCY: z.coerce.number().int().min(1).max(64).default(2),
  TRUST_PROXY: flag.default(false),
});

type Env = z.output<typeof schema>;

export type Config = {
  mode: Env['NODE_ENV'];
  host: string;
  port: number;
  /** False when the port is only the usual one, and another would do. */
  portGiven: boolean;
  /** Address people and mails use, without a trailing slash. */
  publicUrl: string;
  /** False when it was made up from the port, and the real port is to be put in. */
  publicUrlGiven: boolean;
  dataDir: string;
  databaseUrl: string | undefined;
  redisUrl: string | undefined;
  logLevel: string;
  secret: string | undefined;
  baseCurrency: string;
  timeZone: string;
  defaultCountry: string;
  ownerEmail: string;
  ownerPassword: string | undefined;
  mailFrom: string;
  smtpUrl: string | undefined;
  sendgrid: { apiKey: string; baseUrl: string | undefined } | undefined;
  sendgridWebhookKey: string | undefined;
  sms: SmsConfig | undefined;
  /** Price of one part of an SMS in the base currency, as a decimal. */
  smsPartPrice: string | undefined;
  telegram: { token: string; botName: string | undefined; apiUrl: string } | undefined;
  /** The subject of web push keys (VAPID). */
  pushContact: string | undefined;
  webhook: { url: string; secret: string } | undefined;
  allowPrivateHosts: boolean;
  /** Days after their last visit that visitors nobody knows are kept. */
  visitorDays: number;
  workerConcurrency: number;
  /** Behind a reverse proxy the client's address is the last X-Forwarded-For entry. */
  trustProxy: boolean;
};

export type SmsConfig = {
  url: string;
  method: Env['SMS_METHOD'];
  authorization: string | undefined;
  format: Env['SMS_FORMAT'];
  body: Record<string, unknown>;
  from: string;
  idPath: string | undefined;
  statusPath: string;
};

export class ConfigError extends Error {}

export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`Wrong settings:\n${lines.join('\n')}`);
  }
  return fromEnv(parsed.data, 'PORT' in given);
}

function fromEnv(e: Env, portGiven: boolean): Config {
  return {
    mode: e.NODE_ENV,
    host: e.HOST,
    port: e.PORT,
    portGiven,
    publicUrl: (e.PUBLIC_URL ?? `http://localhost:${e.PORT}`).replace(/\/+$/, ''),
    publicUrlGiven: e.PUBLIC_URL !== undefined,
    dataDir: e.DATA_DIR,
    databaseUrl: e.DATABASE_URL,
    redisUrl: e.REDIS_URL,
    logLevel: e.LOG_LEVEL,
    secret: e.OTKLIK_SECRET,
    baseCurrency: e.BASE_CURRENCY,
    timeZone: e.TIME_ZONE,
    defaultCountry: e.DEFAULT_COUNTRY,
    ownerEmail: e.OWNER_EMAIL,
    ownerPassword: e.OWNER_PASSWORD,
    mailFrom: e.MAIL_FROM,
    smtpUrl: e.SMTP_URL,
    sendgrid:
      e.SENDGRID_API_KEY === undefined
        ? undefined
        : { apiKey: e.SENDGRID_API_KEY, baseUrl: e.SENDGRID_BASE_URL },
    sendgridWebhookKey: e.SENDGRID_WEBHOOK_KEY,
    sms: smsOf(e),
    smsPartPrice: e.SMS_PART_PRICE,
    telegram:
      e.TELEGRAM_BOT_TOKEN === undefined
        ? undefined
        : { token: e.TELEGRAM_BOT_TOKEN, botName: e.TELEGRAM_BOT_NAME, apiUrl: e.TELEGRAM_API_URL },
    pushContact: e.PUSH_CONTACT,
    webhook:
      e.WEBHOOK_URL === undefined || e.WEBHOOK_SECRET === undefined
        ? undefined
        : { url: e.WEBHOOK_URL, secret: e.WEBHOOK_SECRET },
    allowPrivateHosts: e.ALLOW_PRIVATE_HOSTS,
    visitorDays: e.VISITOR_DAYS,
    workerConcurrency: e.WORKER_CONCURRENCY,
    trustProxy: e.TRUST_PROXY,
  };
}

function smsOf(e: Env): SmsConfig | undefined {
  if (e.SMS_URL === undefined) return undefined;
  return {
    url: e.SMS_URL,
    method: e.SMS_METHOD,
    authorization: e.SMS_AUTHORIZATION,
    format: e.SMS_FORMAT,
    body: e.SMS_BODY,
    from: e.SMS_FROM,
    idPath: e.SMS_ID_PATH,
    statusPath: e.SMS_STATUS_PATH,
  };
}
