/** Which rows of a file are read and what is known of each: `where`, `derive` and `join` of a layer. */
import { wayOf, type Cell, type Scalar } from './mapping'

export type How = 'any' | 'none' | 'least' | 'most' | 'given' | 'absent'
export const HOWS: How[] = ['any', 'none', 'least', 'most', 'given', 'absent']
export const JOIN_HOWS = ['first', 'sum', 'mean', 'least', 'most'] as const

interface WantedTable {
  any?: Scalar[]
  none?: Scalar[]
  least?: number
  most?: number
  given?: boolean
}
export type Wanted = Scalar[] | WantedTable

export interface Rows {
  file?: string
  sheet?: string
  x?: string
  y?: string
  crs?: string
  where?: Record<string, Wanted>
  derive?: Record<string, Cell>
  [more: string]: unknown
}

export interface Join extends Rows {
  on?: Record<string, string>
  within_m?: number
  take?: Record<string, string>
  how?: string
}

/** One condition, as a line of the form has it. */
export interface Test {
  column: string
  how: How
  values: Scalar[]
}

export function testsOf(where: Record<string, Wanted> | undefined): Test[] {
  return Object.entries(where ?? {}).flatMap(([column, wanted]) => testsOfOne(column, wanted))
}

function testsOfOne(column: string, wanted: Wanted): Test[] {
  if (Array.isArray(wanted)) return [{ column, how: 'any', values: wanted }]
  const made: Test[] = []
  if (wanted.any) made.push({ column, how: 'any', values: wanted.any })
  if (wanted.none) made.push({ column, how: 'none', values: wanted.none })
  if (wanted.least !== undefined) made.push({ column, how: 'least', values: [wanted.least] })
  if (wanted.most !== undefined) made.push({ column, how: 'most', values: [wanted.most] })
  if (wanted.given !== undefined)
    made.push({ column, how: wanted.given ? 'given' : 'absent', values: [] })
  return made.length ? made : [{ column, how: 'any', values: [] }]
}

/** Conditions as the mapping keeps them; undefined where there is none. */
export function whereOf(tests: Test[]): Record<string, Wanted> | undefined {
  const made: Record<string, WantedTable> = {}
  for (const { column, how, values } of tests) {
    const one = (made[column] ??= {})
    if (how === 'any' || how === 'none') one[how] = [...new Set([...(one[how] ?? []), ...values])]
    else if (how === 'least' || how === 'most') one[how] = Number(values[0] ?? 0)
    else one.given = how === 'given'
  }
  const short = Object.entries(made).map(([column, one]): [string, Wanted] => [
    column,
    Object.keys(one).length === 1 && one.any ? one.any : one,
  ])
  return short.length ? Object.fromEntries(short) : undefined
}

/** Typed texts as values; those that stood before keep their kind, so that 110 stays a number. */
export function valuesOf(texts: string[], before: Scalar[]): Scalar[] {
  return texts.map((text) => before.find((one) => String(one) === text) ?? text)
}

/** Columns that are made one after another, in their order. */
export function derivedOf(derive: Record<string, Cell> | undefined): [string, Cell][] {
  return Object.entries(derive ?? {})
}

export function deriveOf(rows: [string, Cell][]): Record<string, Cell> | undefined {
  return rows.length ? Object.fromEntries(rows) : undefined
}

/** Pairs of a table of texts, as lines of the form. */
export function pairsOf(said: Record<string, string> | undefined): [string, string][] {
  return Object.entries(said ?? {})
}

/** A name that no other column has. */
export function freshName(taken: string[], stem: string): string {
  if (!taken.includes(stem)) return stem
  let n = 2
  while (taken.includes(`${stem}_${n}`)) n += 1
  return `${stem}_${n}`
}

/** Lines of the form with one changed; undefined takes it out. */
export function withLine<T>(lines: T[], at: number, line: T | undefined): T[] {
  if (line === undefined) return lines.filter((_, n) => n !== at)
  return lines.map((one, n) => (n === at ? line : one))
}

/** A table without what is empty: no file, no conditions, no columns. */
export function tidy<T extends Rows>(rows: T): T {
  const kept = Object.entries(rows).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(kept) as T
}

/** Columns that a template or a cell reads. */
export function readsOf(cell: Cell): string[] {
  const { way, said } = wayOf(cell)
  if (way === 'column') return [said]
  if (way !== 'template') return []
  return [...said.matchAll(/\{([^{}]+)\}/g)].map((found) => found[1]!)
}

/** Whether a mapping has comments, which a form cannot keep. */
export function hasComments(text: string): boolean {
  const bare = text
    .replace(/"""[\s\S]*?"""|'''[\s\S]*?'''/g, '')
    .replace(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/g, '')
  return bare.includes('#')
}
