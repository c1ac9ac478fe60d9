/**
 * The shape a translation must have: the same keys as English; where English has the plural pair `_one`/`_other`,
 * Russian has `_one`/`_few`/`_many`.
 */
type RussianKey<K> = K extends `${infer Base}_other`
  ? `${Base}_one` | `${Base}_few` | `${Base}_many`
  : K extends `${string}_one`
    ? never
    : K;

export type Russian<T> = T extends string
  ? string
  : { [K in keyof T as RussianKey<K>]: T[K] extends string ? string : Russian<T[K]> };
