/** Texts of one place, in both languages; a key that one of them lacks does not compile. */
export type Texts = { [key: string]: string | Texts }
type Same<T> = { [K in keyof T]: T[K] extends string ? string : Same<T[K]> }

export interface Words<T extends Texts> {
  zh: T
  en: Same<T>
}

export function defineWords<T extends Texts>(words: { zh: T; en: Same<T> }): Words<T> {
  return words
}
