/** A mapping as somebody edits it: TOML in, the same TOML with one thing changed out. */
import { parse, stringify } from 'smol-toml'
import type { Join, Wanted } from './rows'

export type Scalar = string | number | boolean
export type Way = 'none' | 'column' | 'value' | 'template'

export interface CellTable {
  column?: string
  template?: string
  value?: Scalar
  map?: Record<string, Scalar>
  keep?: boolean
  default?: Scalar
  unit?: string
  [more: string]: unknown
}
export type Cell = Scalar | CellTable

export interface MappingLayer {
  name: string
  table: string
  file?: string
  sheet?: string
  x?: string
  y?: string
  crs?: string
  columns?: Record<string, Cell>
  where?: Record<string, Wanted>
  derive?: Record<string, Cell>
  join?: Join[]
  [more: string]: unknown
}

export interface Mapping {
  layers: MappingLayer[]
  [more: string]: unknown
}

export function readMapping(text: string): Mapping {
  const said = parse(text.replace(/^\uFEFF/, '')) as unknown as Partial<Mapping>
  return { ...said, layers: Array.isArray(said.layers) ? said.layers : [] }
}

/** Whether a mapping says itself who needs whom; then nothing is left for rules to fill in. */
export function tellsNeeds(text: string): boolean {
  try {
    return readMapping(text).layers.some((layer) => layer.table === 'needs')
  } catch {
    return false // not TOML yet: it is told beside the text
  }
}

export function writeMapping(mapping: Mapping): string {
  return `${stringify(mapping as unknown as Record<string, unknown>)}\n`
}

/** A mapping with layers that were proposed, each after what is there. */
export function withProposed(text: string, layers: { text: string }[]): string {
  return [text.trimEnd(), ...layers.map((one) => one.text)].filter(Boolean).join('\n')
}

/** How a cell gets its value, and from what. */
export function wayOf(cell: Cell | undefined): { way: Way; said: string } {
  if (cell === undefined) return { way: 'none', said: '' }
  if (typeof cell === 'string')
    return cell.includes('{') ? { way: 'template', said: cell } : { way: 'column', said: cell }
  if (typeof cell !== 'object') return { way: 'value', said: String(cell) }
  if (cell.column !== undefined) return { way: 'column', said: cell.column }
  if (cell.template !== undefined) return { way: 'template', said: cell.template }
  return { way: 'value', said: String(cell.value ?? '') }
}

/** A cell with another origin; its map, unit and the like stay where they still fit. */
export function cellOf(
  before: Cell | undefined,
  way: Way,
  said: string,
  kind: string,
): Cell | undefined {
  if (way === 'none') return undefined
  const more: CellTable = typeof before === 'object' ? { ...before } : {}
  delete more.column
  delete more.template
  delete more.value
  if (way === 'value') {
    const value = valueOf(said, kind)
    return typeof value === 'string' ? { value } : value
  }
  if (!Object.keys(more).length && (way === 'column') === !said.includes('{')) return said
  return { [way]: said, ...more }
}

/** A fixed value as its attribute wants it. */
export function valueOf(said: string, kind: string): Scalar {
  const number = Number(said)
  if ((kind === 'float' || kind === 'int') && said.trim() !== '' && Number.isFinite(number))
    return number
  if (kind === 'bool') return said === 'true'
  return said
}

/** Which values of a column become which values of the attribute. */
export function mapOf(cell: Cell | undefined): [string, Scalar][] {
  return typeof cell === 'object' && cell.map ? Object.entries(cell.map) : []
}

export function unitOf(cell: Cell): string {
  return typeof cell === 'object' ? (cell.unit ?? '') : ''
}

export function withUnit(cell: Cell, unit: string): Cell {
  const { way, said } = wayOf(cell)
  const { unit: _, ...more } = typeof cell === 'object' ? cell : { [way]: said }
  if (unit) return { ...more, unit }
  return cellOf(more, way, said, 'float') ?? cell
}

/** What becomes of values that the map does not name. */
export type Others = 'refuse' | 'keep' | 'default'

export function othersOf(cell: Cell | undefined): Others {
  if (typeof cell !== 'object') return 'refuse'
  if (cell.default !== undefined) return 'default'
  return cell.keep ? 'keep' : 'refuse'
}

export function withOthers(cell: Cell, others: Others, value: Scalar = ''): Cell {
  const { way, said } = wayOf(cell)
  const { keep: _, default: __, ...more } = typeof cell === 'object' ? cell : { [way]: said }
  if (others === 'keep') return { ...more, keep: true }
  return others === 'default' ? { ...more, default: value } : more
}

export function withMap(cell: Cell, pairs: [string, Scalar][]): Cell {
  const { way, said } = wayOf(cell)
  const more: CellTable = typeof cell === 'object' ? { ...cell } : { [way]: said }
  if (pairs.length) more.map = Object.fromEntries(pairs)
  else for (const key of ['map', 'keep']) delete more[key]
  const plain = Object.keys(more).length === 1 && way === 'column' && !said.includes('{')
  return plain ? said : more
}

/** The mapping with a layer changed; what is set to undefined is taken out. */
export function withLayer(mapping: Mapping, at: number, change: Partial<MappingLayer>): Mapping {
  const layers = mapping.layers.map((one, n) => (n === at ? cleaned({ ...one, ...change }) : one))
  return { ...mapping, layers }
}

export function withColumn(
  mapping: Mapping,
  at: number,
  name: string,
  cell: Cell | undefined,
): Mapping {
  const columns: Record<string, Cell> = { ...mapping.layers[at]?.columns }
  if (cell === undefined) delete columns[name]
  else columns[name] = cell
  return withLayer(mapping, at, { columns })
}

export function withoutLayer(mapping: Mapping, at: number): Mapping {
  return { ...mapping, layers: mapping.layers.filter((_, n) => n !== at) }
}

export function withNewLayer(mapping: Mapping, file: string): Mapping {
  const stem = file.split('/').at(-1)?.split('.')[0] ?? 'layer'
  const layer = { name: `${stem}-${mapping.layers.length + 1}`, file, table: 'assets', columns: {} }
  return { ...mapping, layers: [...mapping.layers, layer] }
}

function cleaned(layer: MappingLayer): MappingLayer {
  const kept = Object.entries(layer).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(kept) as MappingLayer
}

/** Columns that a layer makes for itself: derived, or taken from another file. */
export function ownColumns(layer: MappingLayer): string[] {
  const taken = (layer.join ?? []).flatMap((one) => Object.keys(one.take ?? {}))
  return [...Object.keys(layer.derive ?? {}), ...taken]
}

/** The layer and key that a fault names: `layers.2 (pumps).columns.id`. */
export function placeOf(place: string): { layer: number; key: string } | undefined {
  const found = /^layers\.(\d+)(?: \(.*?\))?(?:\.(.*))?$/.exec(place)
  return found ? { layer: Number(found[1]) - 1, key: found[2] ?? '' } : undefined
}

/** Paths below the folder that is read. */
export function below(paths: string[], source: string): string[] {
  if (!source) return paths
  if (paths.includes(source)) return [source.split('/').at(-1) ?? source]
  return paths
    .filter((path) => path.startsWith(`${source}/`))
    .map((path) => path.slice(source.length + 1))
}
