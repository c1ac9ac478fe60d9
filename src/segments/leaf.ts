import type { SQL } from '../core/sql.ts';

/** The languages rules are told in. */
export type Language = 'en' | 'ru';

/** A fact a rule depends on: when such a fact changes for a contact, the contact is evaluated again. Key "*" is any. */
export type Dependency = { kind: string; key: string };

/** A condition on the rows of a source. Parts with the same key have the same text. */
export type Part = {
  key: string;
  sql: SQL;
  /** Set when the part refuses rows before this instant: lets a source skip what no leaf looks at. */
  lower?: Date;
};

/** Facts to aggregate per contact in one pass. Rows are called `f` in `from` and in every condition. */
export type SourceSpec = {
  /** Leaves that name the same key share the pass. */
  key: string;
  from: SQL;
  /** Always true of the rows; parts of single aggregates go to `agg`. */
  where: readonly SQL[];
  /** When a row became known, `f.recorded_at` in most tables: what is known later is left out of questions with `knownAt`. */
  recorded?: SQL;
};

export type Source = {
  readonly key: string;
  /** The column of an aggregate over the rows that fulfil all parts; null for a contact without a row. */
  agg(fn: string, parts: readonly Part[]): SQL;
  /**
   * The rows of one contact that fulfil all parts, newest first, as facts: `columns` names what FactRow has, such as
   * `f.name as what`; the moment is added.
   */
  newest(contactId: string, parts: readonly Part[], columns: SQL): SQL;
};

/** What an explanation shows of a fact; what a leaf does not name is left out. */
export type FactRow = {
  /** event | order | line | visit | attribute | list | message | consent | … */
  kind: string;
  at: string;
  id?: string | null;
  /** The name of the event, the number of the order, the subject of the message. */
  what?: string | null;
  page?: string | null;
  /** In units of the currency, as a decimal text. */
  amount?: string | null;
  /** Or in its minor units. */
  minor?: string | null;
  currency?: string | null;
  quantity?: string | null;
  /** The value of an attribute or trait. */
  value?: unknown;
};

/** The figure a leaf compares, for one contact; null when there is none. */
export type Actual = {
  /** number | money (minor units) | seconds | days | date | text | list | boolean */
  kind: string;
  sql: SQL;
  currency?: string;
};

/** What a leaf compiles against. */
export type LeafEnv = {
  readonly now: Date;
  /** Only what was recorded by then counts; null: all that is known at present. Sources that say `recorded` need not look. */
  readonly knownAt: Date | null;
  /** The question is about the past: what has a history is read from there, not as it stands at present. */
  readonly history: boolean;
  readonly baseCurrency: string;
  /** False when it is known that no fact lies after `now`, which spares looking for them. */
  readonly future: boolean;
  /** All leaves of the rule, for choices that depend on what else is asked. */
  readonly leaves: readonly { type: string }[];
  /** A column of the contact's own row. */
  contact(column: string): SQL;
  source(spec: SourceSpec): Source;
};

/** A compiled leaf. */
export type LeafSql = {
  /** Boolean, never null. */
  value: SQL;
  /** First instant after now at which the value could change with no new fact; null or NULL: never by itself. */
  until(): SQL | null;
  /** Sources without a row of which the contact has value false, until a new fact comes. */
  needs: readonly string[];
  /** The figure behind the value, from the same aggregates; asked by explanations alone. */
  actual?(): Actual;
};

/** Names that stand in a rule as ids. */
export type Names = { segments: ReadonlyMap<string, string>; baseCurrency: string };

/** One field of a leaf as the console's builder offers it. */
export type CatalogueField = {
  leaf: string;
  field: string;
  kind: string;
  ops: readonly string[];
  label: Record<Language, string>;
};

/** A type of leaf: how it compiles, what it depends on, how it reads. Its zod schema checks what `T` promises. */
export type LeafType<T extends { type: string }> = {
  type: T['type'];
  compile(leaf: T, env: LeafEnv): LeafSql;
  dependencies(leaf: T): Dependency[];
  /** A cheap condition that is true when facts of this type lie after `now`; null when the leaf reads no dated facts. */
  futureFacts: ((now: Date) => SQL) | null;
  words(leaf: T, language: Language, names: Names): string;
  /** The newest facts that decided the value for a contact: rows of FactRow (`Source.newest` makes them); at most five are shown. */
  facts?(leaf: T, env: LeafEnv, contactId: string): SQL | null;
  fields(): CatalogueField[];
};
