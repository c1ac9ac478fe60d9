import type { SQL } from '../../core/sql.ts';
import type { CatalogueField, Dependency, Language, LeafEnv, LeafSql } from '../../segments/index.ts';

/** One field of the leaf `loyalty`. */
export type LoyaltyField<T> = {
  compile(leaf: T, env: LeafEnv): LeafSql;
  dependencies(leaf: T): Dependency[];
  words(leaf: T, language: Language): string;
  facts(leaf: T, env: LeafEnv, contactId: string): SQL | null;
  fields(): CatalogueField[];
};

/** A fact of loyalty as rules depend on it. */
export const loyaltyFact = (key: string): Dependency => ({ kind: 'loyalty', key });
