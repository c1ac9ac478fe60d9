import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { messageOf } from './errors.ts';

export type Logger = PinoLogger;

const MAX_MESSAGE_CHARS = 300;
const MAX_STACK_LINES = 12;

/**
 * An error without what people wrote: a failed query's message carries all its parameters, a constraint's detail the row. What
 * is left is the statement's beginning, the code, where it happened and what caused it.
 */
function withoutData(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = messageOf(error).slice(0, MAX_MESSAGE_CHARS);
  const frames = (error.stack ?? '').split('\n').filter((line) => line.trimStart().startsWith('at '));
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return {
    type: error.name,
    message,
    ...code,
    stack: frames.slice(0, MAX_STACK_LINES).join('\n'),
    ...(error.cause instanceof Error ? { cause: withoutData(error.cause) } : {}),
  };
}

/** Structured JSON logs to stderr, so that stdout stays free for a command's own answer. Secrets are redacted by name. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      serializers: { err: withoutData },
      base: { pid: process.pid },
      redact: {
        paths: [
          'password',
          'token',
          'authorization',
          'cookie',
          '*.password',
          '*.token',
          '*.authorization',
          '*.cookie',
        ],
        censor: '[redacted]',
      },
    },
    destination ?? pino.destination(2),
  );
}
