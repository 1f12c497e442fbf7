/** A scenario as plain values, and as the TOML that the engine reads. */
import { parse, stringify, TomlError } from 'smol-toml'

export type Plain = string | number | boolean | Plain[] | { [key: string]: Plain }
export type Table = { [key: string]: Plain }

export interface Hazard extends Table {
  kind: string
}

export interface Doc {
  scenario: Table
  hazards: Hazard[]
  /** Other tables of the file, kept as they are. */
  rest: Table
}

/** Text as TOML; what is empty is left out, since nothing said is not an empty thing said. */
export function toToml(doc: Doc): string {
  const hazards = doc.hazards.map((one) => lean(one))
  return stringify({ scenario: lean(doc.scenario), ...lean(doc.rest), hazards })
}

export class TextFault extends Error {
  constructor(
    message: string,
    readonly line: number | undefined,
    /** What the reader of TOML threw. */
    readonly thrown?: TomlError,
  ) {
    super(message)
  }
}

/** The scenario a text holds.
 * @throws TextFault where it is no TOML, or no scenario at all. */
export function fromToml(text: string): Doc {
  let said: Record<string, unknown>
  try {
    said = parse(text) as Record<string, unknown>
  } catch (thrown) {
    if (thrown instanceof TomlError) throw new TextFault(thrown.message, thrown.line, thrown)
    throw thrown
  }
  const { scenario = {}, hazards = [], ...rest } = plain(said) as Record<string, Plain>
  if (typeof scenario !== 'object' || Array.isArray(scenario))
    throw new TextFault('[scenario]', undefined)
  if (!Array.isArray(hazards) || hazards.some((one) => !isTable(one)))
    throw new TextFault('[[hazards]]', undefined)
  const kinds = (hazards as Table[]).map((one) => ({ ...one, kind: String(one.kind ?? '') }))
  return { scenario, hazards: kinds, rest }
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Dates of TOML as texts, whole numbers as numbers. */
function plain(value: unknown): Plain {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(plain)
  if (isTable(value))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
  return value as Plain
}

function lean(table: Table): Table {
  const kept: [string, Plain][] = []
  for (const [key, value] of Object.entries(table)) {
    if (value === undefined || value === null || value === '') continue
    if (typeof value === 'number' && !Number.isFinite(value)) continue
    if (isTable(value)) {
      if (Object.keys(value).length) kept.push([key, lean(value)])
    } else if (Array.isArray(value)) {
      if (value.length) kept.push([key, value.map((one) => (isTable(one) ? lean(one) : one))])
    } else kept.push([key, value])
  }
  return Object.fromEntries(kept)
}

/** A name for files and the server from any title: a to z, digits and hyphens. */
export function idOf(title: string, kind: string): string {
  const made = title
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
  return made || kind
}

/** A name of a hazard that no other has. */
export function freeName(kind: string, taken: string[]): string {
  if (!taken.includes(kind)) return kind
  let n = 2
  while (taken.includes(`${kind}-${n}`)) n += 1
  return `${kind}-${n}`
}

/** What is said at a path like `hazards[0].point.lon`, in steps. */
export function stepsOf(place: string): (string | number)[] {
  return [...place.matchAll(/[^.[\]]+/g)].map(([step]) =>
    /^\d+$/.test(step ?? '') ? Number(step) : (step ?? ''),
  )
}
