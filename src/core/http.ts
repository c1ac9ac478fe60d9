import { Hono } from 'hono';
import type { Context } from 'hono';
import { describeRoute, resolver, validator } from 'hono-openapi';
import { z } from 'zod';
import type { Ctx } from './ctx.ts';
import { DomainError } from './errors.ts';
import type { FieldIssue } from './errors.ts';
import { furtherIssues } from './together.ts';
import type { Rules } from './together.ts';
import { paramsOfIssue, REQUIRED } from './field-words.ts';

/**
 * What every module's routes find in `c.var`: the ctx of the authenticated actor, the client's address as the server saw
 * it (behind a trusted proxy: as the proxy did), and the console session the request came with.
 */
export type AppEnv = { Variables: { ctx: Ctx; clientIp: string; sessionId: string | null } };

export function newRouter(): Hono<AppEnv> {
  return new Hono<AppEnv>();
}

/** RFC 9457 body of every error this API gives. `code` is stable; `errors` name the wrong fields. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string(),
    detail: z.string(),
    at: z.string().optional(),
    errors: z
      .array(
        z.object({
          path: z.string(),
          code: z.string(),
          message: z.string(),
          params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
        }),
      )
      .optional(),
    requestId: z.string(),
  })
  .meta({ id: 'Problem' });

/** More issues than this help nobody and make the answer large. */
const MAX_ISSUES = 20;

type IssueLike = {
  message: string;
  path?: ReadonlyArray<PropertyKey | { key: PropertyKey }> | undefined;
  code?: unknown;
  /** Of a schema's own check: `code` names it for translations. */
  params?: unknown;
};

/** zod issues as field issues with JSON paths such as "rule.children.0.type". */
export function fieldIssues(issues: readonly IssueLike[]): FieldIssue[] {
  return issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.'),
    code: codeOf(issue),
    message: issue.message,
    params: paramsOfIssue(issue),
  }));
}

/** A value that is missing is told from one of the wrong kind. */
function codeOf({ code, message, params }: IssueLike): string {
  if (code === 'invalid_type' && message === REQUIRED) return 'required';
  if (code === 'custom' && typeof params === 'object' && params !== null && 'code' in params)
    return String(params.code);
  return typeof code === 'string' ? code : 'invalid';
}

/** The 422 of an input that has the wrong shape. */
export function validationError(
  issues: readonly IssueLike[],
  where: string,
  more: readonly FieldIssue[] = [],
): DomainError {
  const fields = [...fieldIssues(issues), ...more].slice(0, MAX_ISSUES);
  const first = fields[0];
  const detail =
    first === undefined
      ? `The ${where} is wrong.`
      : `${first.path === '' ? where : first.path}: ${first.message}`;
  return new DomainError({ code: 'validation_failed', status: 422, detail, at: first?.path, issues: fields });
}

function check<Target extends 'query' | 'param', Schema extends z.ZodType>(
  target: Target,
  schema: Schema,
  where: string,
) {
  return validator(target, schema, (result) => {
    if (!result.success) throw validationError(result.error, where);
  });
}

/**
 * The body by a schema. `rules`: what its fields cannot say alone; told together with wrong shapes, so that a form need not be mended
 * twice. The verb checks them too: of an input with the right shape it is the one that answers.
 */
export const jsonBody = <Schema extends z.ZodType>(
  schema: Schema,
  rules: Rules<z.output<Schema>> = () => [],
) =>
  validator('json', schema, async (result, c: Context<AppEnv>) => {
    if (result.success) return;
    const wrong = result.error as readonly z.core.$ZodIssue[];
    const body: unknown = await c.req.json();
    const more = furtherIssues(
      schema,
      body,
      wrong,
      (input) => rules(input, c.var.ctx.clock.now()),
      fieldIssues,
    );
    throw validationError(wrong, 'body', more);
  });
export const queryOf = <Schema extends z.ZodType>(schema: Schema) => check('query', schema, 'query');
export const paramsOf = <Schema extends z.ZodType>(schema: Schema) => check('param', schema, 'path');

export const idParam = z.object({ id: z.uuid() });

/** Describes a route for OpenAPI: one success answer and the problem answer. `tag` is the module. */
export function describe(options: {
  tag: string;
  summary: string;
  description?: string;
  status?: 200 | 201 | 202 | 204;
  answer?: z.ZodType;
  media?: string;
  /** Security schemes that open the route; default: console session or API key. */
  open?: 'public' | 'writeKey';
}) {
  const media = options.media ?? 'application/json';
  const status = options.status ?? 200;
  return describeRoute({
    tags: [options.tag],
    summary: options.summary,
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.open === 'public' ? { security: [] } : {}),
    ...(options.open === 'writeKey' ? { security: [{ writeKey: [] }] } : {}),
    responses: {
      [status]: {
        description: 'Done',
        ...(options.answer === undefined
          ? {}
          : { content: { [media]: { schema: resolver(options.answer) } } }),
      },
      default: {
        description: 'What went wrong (RFC 9457)',
        content: { 'application/problem+json': { schema: resolver(problemSchema) } },
      },
    },
  });
}
