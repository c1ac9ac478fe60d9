export { createAuthenticator } from './actions.authenticate.ts';
export type { Authenticator } from './actions.authenticate.ts';
export { ensureOwner } from './actions.owner.ts';
export { authRoutes } from './routes.auth.ts';
export { peopleRoutes } from './routes.ts';
export { apiKey, appUser, team } from './schema.ts';
export { teamMembersSql } from './store.visibility.ts';
