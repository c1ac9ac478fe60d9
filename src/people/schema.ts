import { sql } from '../core/sql.ts';
import { boolean, check, foreignKey, index, integer, pgTable, text, uniqueIndex } from '../core/pg-core.ts';
import { instant } from '../core/columns.ts';

/** A group of people; teams form a tree, and whoever sees "the team" sees the teams below it too. */
export const team = pgTable(
  'team',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    parentId: text('parent_id'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [
    foreignKey({ columns: [t.parentId], foreignColumns: [t.id], name: 'team_parent_fk' }),
    index('team_parent_idx').on(t.parentId),
    uniqueIndex('team_name_idx').on(sql`lower(${t.name})`),
  ],
);

/**
 * People who work in the console. The first six columns and `two_factor_enabled` are written by better-auth; role, team,
 * visibility and deactivation only by this module's verbs.
 */
export const appUser = pgTable(
  'app_user',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    email: text('email').notNull().unique(),
    emailVerified: boolean('email_verified').notNull().default(false),
    image: text('image'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    twoFactorEnabled: boolean('two_factor_enabled').notNull().default(false),
    role: text('role').notNull(),
    teamId: text('team_id').references(() => team.id),
    visibility: text('visibility').notNull(),
    deactivatedAt: instant('deactivated_at'),
  },
  (t) => [
    index('app_user_team_idx').on(t.teamId),
    check('app_user_role_check', sql`${t.role} in ('owner', 'marketer', 'manager', 'head', 'developer')`),
    check('app_user_visibility_check', sql`${t.visibility} in ('own', 'team', 'all')`),
  ],
);

/** Signed-in browsers. Written by better-auth; deleting a row signs that browser out. */
export const userSession = pgTable(
  'user_session',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => appUser.id, { onDelete: 'cascade' }),
    token: text('token').notNull().unique(),
    expiresAt: instant('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [index('user_session_user_idx').on(t.userId)],
);

/** How a person proves who they are; `provider_id` "credential" holds the hash of the password (scrypt). */
export const userAccount = pgTable(
  'user_account',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => appUser.id, { onDelete: 'cascade' }),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: instant('access_token_expires_at'),
    refreshTokenExpiresAt: instant('refresh_token_expires_at'),
    scope: text('scope'),
    password: text('password'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [uniqueIndex('user_account_user_idx').on(t.userId, t.providerId)],
);

/** Short-lived proofs of better-auth: the second step of a sign-in, trusted devices. */
export const userVerification = pgTable(
  'user_verification',
  {
    id: text('id').primaryKey(),
    identifier: text('identifier').notNull(),
    value: text('value').notNull(),
    expiresAt: instant('expires_at').notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (t) => [index('user_verification_identifier_idx').on(t.identifier)],
);

/** Second factor of a person: encrypted TOTP secret and backup codes. Written by better-auth. */
export const userTwoFactor = pgTable(
  'user_two_factor',
  {
    id: text('id').primaryKey(),
    userId: text('user_id')
      .notNull()
      .references(() => appUser.id, { onDelete: 'cascade' }),
    secret: text('secret').notNull(),
    backupCodes: text('backup_codes').notNull(),
    verified: boolean('verified').notNull().default(true),
    failedVerificationCount: integer('failed_verification_count').notNull().default(0),
    lockedUntil: instant('locked_until'),
  },
  (t) => [index('user_two_factor_user_idx').on(t.userId)],
);

/**
 * Invitations by link, and with `user_id` links by which somebody who works here gets in again. The link's token is kept
 * only as its SHA-256; accepted once, in time, or revoked.
 */
export const invitation = pgTable(
  'invitation',
  {
    id: text('id').primaryKey(),
    tokenHash: text('token_hash').notNull().unique(),
    userId: text('user_id').references(() => appUser.id),
    email: text('email'),
    role: text('role').notNull(),
    teamId: text('team_id').references(() => team.id),
    visibility: text('visibility').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    acceptedAt: instant('accepted_at'),
    acceptedBy: text('accepted_by'),
    revokedAt: instant('revoked_at'),
  },
  (t) => [index('invitation_created_idx').on(t.createdAt)],
);

/** Keys of servers. The secret is shown once and kept as its SHA-256 (it has 192 random bits); `prefix` finds the row. */
export const apiKey = pgTable('api_key', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  prefix: text('prefix').notNull().unique(),
  hash: text('hash').notNull(),
  scopes: text('scopes').array().notNull(),
  createdBy: text('created_by').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at'),
  lastUsedAt: instant('last_used_at'),
  revokedAt: instant('revoked_at'),
});
