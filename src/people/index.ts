export { appUser } from './schema.ts';
export { teamMembersSql } from './visibility.ts';
