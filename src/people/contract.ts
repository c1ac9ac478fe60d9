import { z } from 'zod';
import { RIGHTS, ROLES, VISIBILITIES } from '../core/rights.ts';

/** Shorter passwords fall to guessing; longer ones only make hashing slow. */
export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 128;
const MAX_NAME = 200;
/** RFC 5321 allows 254 characters. */
const MAX_EMAIL = 254;

const name = z.string().trim().min(1).max(MAX_NAME);
const email = z.string().trim().toLowerCase().max(MAX_EMAIL).pipe(z.email());
const password = z.string().min(MIN_PASSWORD).max(MAX_PASSWORD);
const role = z.enum(ROLES);
const visibility = z.enum(VISIBILITIES);
const right = z.enum(RIGHTS);
const id = z.uuid();
const instant = z.iso.datetime();

export const meAnswer = z
  .object({
    /** Null when an API key asks. */
    user: z
      .object({
        id,
        name: z.string(),
        email: z.string(),
        role,
        teamId: z.string().nullable(),
        visibility,
        twoFactorEnabled: z.boolean(),
      })
      .nullable(),
    apiKey: z.object({ id, name: z.string() }).nullable(),
    rights: z.array(right),
    settings: z.object({ baseCurrency: z.string(), timeZone: z.string(), locale: z.string() }),
  })
  .meta({ id: 'Me' });
export type Me = z.output<typeof meAnswer>;

export const sessionAnswer = z
  .object({
    id: z.string(),
    createdAt: instant,
    lastSeenAt: instant,
    expiresAt: instant,
    ipAddress: z.string().nullable(),
    userAgent: z.string().nullable(),
    current: z.boolean(),
  })
  .meta({ id: 'Session' });
export type SessionView = z.output<typeof sessionAnswer>;

export const personAnswer = z
  .object({
    id,
    name: z.string(),
    email: z.string(),
    role,
    teamId: z.string().nullable(),
    teamName: z.string().nullable(),
    visibility,
    twoFactorEnabled: z.boolean(),
    active: z.boolean(),
    createdAt: instant,
  })
  .meta({ id: 'Person' });
export type Person = z.output<typeof personAnswer>;

export const peopleQuery = z.object({
  search: z.string().trim().max(MAX_NAME).optional(),
  active: z.enum(['true', 'false']).optional(),
});

export const personPatch = z
  .object({
    name: name.optional(),
    role: role.optional(),
    teamId: id.nullable().optional(),
    visibility: visibility.optional(),
  })
  .strict();
export type PersonPatch = z.output<typeof personPatch>;

export const teamAnswer = z
  .object({
    id,
    name: z.string(),
    parentId: z.string().nullable(),
    members: z.int().describe('Active people in the team itself'),
  })
  .meta({ id: 'Team' });
export type Team = z.output<typeof teamAnswer>;

export const teamBody = z.object({ name, parentId: id.nullable().optional() }).strict();
export type TeamInput = z.output<typeof teamBody>;
export const teamPatch = teamBody.partial();
export type TeamPatch = z.output<typeof teamPatch>;

export const invitationBody = z
  .object({
    /** The invited address; without it whoever opens the link enters theirs. */
    email: email.optional(),
    role,
    teamId: id.nullable().optional(),
    /** Default by role: a manager sees their own clients, everyone else all. */
    visibility: visibility.optional(),
  })
  .strict();
export type InvitationInput = z.output<typeof invitationBody>;

export const invitationCreated = z
  .object({ id, url: z.string().describe('Shown once'), expiresAt: instant })
  .meta({ id: 'InvitationLink' });
export type InvitationCreated = z.output<typeof invitationCreated>;

export const invitationAnswer = z
  .object({
    id,
    email: z.string().nullable(),
    role,
    teamId: z.string().nullable(),
    visibility,
    recovery: z.boolean(),
    createdAt: instant,
    expiresAt: instant,
    state: z.enum(['open', 'accepted', 'expired', 'revoked']),
  })
  .meta({ id: 'Invitation' });
export type InvitationView = z.output<typeof invitationAnswer>;

/** What whoever holds the link may see before accepting. */
export const invitationPreview = z
  .object({
    email: z.string().nullable(),
    role,
    teamName: z.string().nullable(),
    invitedBy: z.string(),
    /** True: the link gives somebody who works here a new password. */
    recovery: z.boolean(),
    expiresAt: instant,
  })
  .meta({ id: 'InvitationPreview' });
export type InvitationPreview = z.output<typeof invitationPreview>;

export const tokenParam = z.object({ token: z.string().min(1).max(100) });

export const acceptBody = z.object({ name, email: email.optional(), password }).strict();
export type AcceptInput = z.output<typeof acceptBody>;
export const accepted = z.object({ id, email: z.string(), role }).meta({ id: 'InvitationAccepted' });
export type Accepted = z.output<typeof accepted>;

const keyFields = {
  id,
  name: z.string(),
  prefix: z.string().describe('First characters of the key, to recognise it by'),
  scopes: z.array(right),
  createdAt: instant,
  expiresAt: instant.nullable(),
};
export const keyAnswer = z
  .object({ ...keyFields, lastUsedAt: instant.nullable(), revokedAt: instant.nullable() })
  .meta({ id: 'ApiKey' });
export type KeyView = z.output<typeof keyAnswer>;
export const keyCreated = z
  .object({ ...keyFields, key: z.string().describe('The whole key; shown once') })
  .meta({ id: 'ApiKeyCreated' });
export type KeyCreated = z.output<typeof keyCreated>;

export const keyBody = z
  .object({
    name,
    scopes: z.array(right).min(1).max(RIGHTS.length),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
  })
  .strict();
export type KeyInput = z.output<typeof keyBody>;

/** A list with its rows under `items` and the cursor of the next page, null at the end. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
export const itemsOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });

const anyPassword = z.string().max(MAX_PASSWORD);
export const signInBody = z
  .object({ email, password: anyPassword, rememberMe: z.boolean().optional() })
  .strict();
export const passwordBody = z.object({ password: anyPassword }).strict();
export const changePasswordBody = z.object({ currentPassword: anyPassword, newPassword: password }).strict();
export const codeBody = z
  .object({ code: z.string().min(1).max(64), trustDevice: z.boolean().optional() })
  .strict();
export const profileBody = z.object({ name }).strict();
