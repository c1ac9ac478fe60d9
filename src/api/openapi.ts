import type { Hono } from 'hono';
import { generateSpecs } from 'hono-openapi';
import type { Config } from '../core/config.ts';
import type { AppEnv } from '../core/http.ts';
import { MAX_KEY_LENGTH } from '../core/idempotency.ts';

type Specs = Awaited<ReturnType<typeof generateSpecs>>;
type Operation = NonNullable<Specs['paths'][string]['get']>;

const WRITES = ['post', 'put', 'patch', 'delete'] as const;
const VERSION = '0.1.0';

const DESCRIPTION = `Everything the console shows and does is a call of this API with the same rights.

**Errors** are \`application/problem+json\` (RFC 9457) with a stable \`code\`; quote the \`requestId\` when reporting one.
**Lists** have \`limit\` and an opaque \`cursor\`; \`nextCursor\` is null at the end.
**Writes** take an \`Idempotency-Key\`: a repeat within 72 hours gets the first answer.
**Money** is an integer of minor units with a currency; **dates** are ISO 8601 in UTC.`;

const SECURITY = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'otklik.session_token',
    description: 'A person signed in to the console.',
  },
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'otk_…',
    description: 'A server, with the scopes of its key. The key may also be sent as the user of Basic.',
  },
  writeKey: {
    type: 'http',
    scheme: 'basic',
    description: 'The write key of a source as the user; it may also stand in the body as `writeKey`.',
  },
} as const;

const IDEMPOTENCY_KEY = {
  in: 'header',
  name: 'Idempotency-Key',
  required: false,
  description: 'Carries the request out once, however often it is sent. Kept for 72 hours.',
  schema: { type: 'string', minLength: 1, maxLength: MAX_KEY_LENGTH },
} as const;

/** The OpenAPI 3.1 document of all described routes of an app. */
export async function openApiDocument(app: Hono<AppEnv>, config: Config): Promise<Specs> {
  const specs = await generateSpecs(app, {
    documentation: {
      info: {
        title: 'Otklik API',
        version: VERSION,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'The server you read this on' }, { url: config.publicUrl }],
      security: [{ session: [] }, { apiKey: [] }],
      components: { securitySchemes: SECURITY },
    },
    defaultValidationErrorResponse: false,
    excludeStaticFile: false,
  });
  for (const [path, item] of Object.entries(specs.paths)) {
    for (const method of WRITES) {
      const operation = item[method];
      if (operation !== undefined && takesKey(path)) addParameter(operation);
    }
  }
  return { ...specs, tags: tagsOf(specs) };
}

function takesKey(path: string): boolean {
  return path.startsWith('/api/') && !path.startsWith('/api/auth/') && path !== '/api/imports';
}

function addParameter(operation: Operation): void {
  operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_KEY];
}

function tagsOf(specs: Specs): { name: string }[] {
  const names = Object.values(specs.paths).flatMap((item) =>
    [item.get, ...WRITES.map((method) => item[method])].flatMap((operation) => operation?.tags ?? []),
  );
  return [...new Set(names)].toSorted().map((name) => ({ name }));
}
