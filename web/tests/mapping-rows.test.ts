// The form and the TOML say the same: every mapping of the docs, the examples and the tests goes
// through each part of the form and comes out as it was.
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { mergeRules } from '@/stages/city/importing/clash'
import {
  cellOf,
  mapOf,
  othersOf,
  readMapping,
  unitOf,
  wayOf,
  withLayer,
  withMap,
  withOthers,
  withProposed,
  withUnit,
  writeMapping,
  type Cell,
} from '@/stages/city/importing/mapping'
import {
  deriveOf,
  derivedOf,
  freshName,
  hasComments,
  testsOf,
  tidy,
  valuesOf,
  whereOf,
  withLine,
  type Rows,
} from '@/stages/city/importing/rows'

const ROOT = join(import.meta.dirname, '..', '..')

function under(folder: string, ending: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(ROOT, folder, name))
    .filter((name) => ending.test(name) && !name.includes('node_modules'))
    .filter((name) => statSync(name).isFile())
}

/** Mappings that stand in a file: the whole of TOML, blocks of Markdown, texts of Python. */
function textsOf(name: string): string[] {
  const text = readFileSync(name, 'utf8')
  if (name.endsWith('.toml')) return [text]
  if (name.endsWith('.md'))
    return [...text.matchAll(/```toml[^\n]*\n([\s\S]*?)```/g)].map((m) => m[1]!)
  return [...text.matchAll(/(?<![fr])"""([\s\S]*?)"""/g)].map((m) => m[1]!)
}

function whole(text: string): boolean {
  try {
    return Array.isArray(parse(text).layers)
  } catch {
    return false // a piece of one, or one with holes for a test to fill
  }
}

const MAPPINGS = [
  ...under('examples', /\.toml$/),
  ...under('src/rencity/city', /\.toml$/),
  ...under('docs', /\.md$/),
  ...under('tests', /\.(py|toml)$/),
].flatMap((name) =>
  textsOf(name)
    .filter((text) => text.includes('[[layers]]') && whole(text))
    .map((text, n): [string, string] => [`${name.slice(ROOT.length)} ${n}`, text]),
)

/** Rows with each part taken apart as the form does and put together again. */
function through<T extends Rows>(rows: T): T {
  const cells = derivedOf(rows.derive).map(([name, cell]): [string, Cell] => [name, again(cell)])
  return tidy({ ...rows, where: whereOf(testsOf(rows.where)), derive: deriveOf(cells) })
}

function again(cell: Cell): Cell {
  const { way, said } = wayOf(cell)
  const kind = typeof (typeof cell === 'object' ? cell.value : cell)
  const typed = { number: 'float', boolean: 'bool' }[kind as string] ?? 'text'
  const made = cellOf(cell, way, said, typed)!
  if (way === 'value') return made
  const mapped = mapOf(made).length ? withMap(made, mapOf(made)) : made
  const rest = typeof mapped === 'object' ? mapped.default : undefined
  const others = othersOf(mapped) === 'refuse' ? mapped : withOthers(mapped, othersOf(mapped), rest)
  return unitOf(others) ? withUnit(others, unitOf(others)) : others
}

describe('every mapping there is', () => {
  it('is found', () => {
    expect(MAPPINGS.length).toBeGreaterThan(15)
    const all = MAPPINGS.map(([, text]) => text).join('\n')
    for (const part of ['where', 'derive', 'layers.join', 'within_m', 'keep = true', 'how ='])
      expect(all).toContain(part)
  })

  it.each(MAPPINGS)('%s', (_, text) => {
    let mapping = readMapping(text)
    mapping.layers.forEach((layer, at) => {
      const columns = Object.entries(layer.columns ?? {}).map(([name, cell]) => [name, again(cell)])
      const join = layer.join?.map((one) => through(one))
      mapping = withLayer(mapping, at, {
        ...through(layer),
        ...(layer.columns ? { columns: Object.fromEntries(columns) } : {}),
        ...(join ? { join } : {}),
      })
    })
    const written = parse(writeMapping(mapping)) as object
    expect(plain(written)).toEqual(plain(parse(text)))
  })
})

/** Empty texts say as much as nothing; cells are compared by what they mean. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([, one]) => one !== '')
  if (kept.length === 1 && kept[0]![0] === 'column' && !String(kept[0]![1]).includes('{'))
    return kept[0]![1]
  if (kept.length === 1 && kept[0]![0] === 'template' && String(kept[0]![1]).includes('{'))
    return kept[0]![1]
  if (kept.length === 1 && kept[0]![0] === 'value' && typeof kept[0]![1] !== 'string')
    return kept[0]![1]
  return Object.fromEntries(kept.map(([key, one]) => [key, plain(one)]))
}

describe('conditions', () => {
  it('keep what was written, in its kind', () => {
    const where = { 类型: ['泵站', 110, true], kV: { least: 35, most: 110 }, 名: { given: true } }
    expect(whereOf(testsOf(where))).toEqual(where)
    expect(testsOf(where).map((one) => one.how)).toEqual(['any', 'least', 'most', 'given'])
    expect(whereOf(testsOf({ a: { none: ['x'], any: ['*y'] } }))).toEqual({
      a: { none: ['x'], any: ['*y'] },
    })
    expect(whereOf([{ column: 'a', how: 'absent', values: [] }])).toEqual({ a: { given: false } })
    expect(whereOf([])).toBeUndefined()
  })

  it('stay a line while they are empty, for the check to tell', () => {
    expect(whereOf([{ column: 'a', how: 'any', values: [] }])).toEqual({ a: [] })
    expect(testsOf({ a: [] })).toEqual([{ column: 'a', how: 'any', values: [] }])
    expect(testsOf({ a: {} })).toHaveLength(1)
  })

  it('of one column and comparison are one', () => {
    const twice = ['x', 'y'].map((one) => ({ column: 'a', how: 'any' as const, values: [one] }))
    expect(whereOf(twice)).toEqual({ a: ['x', 'y'] })
  })

  it('take typed texts without turning numbers to text', () => {
    expect(valuesOf(['110', 'x'], [110])).toEqual([110, 'x'])
  })
})

describe('lines of the form', () => {
  it('are changed and taken out in place', () => {
    expect(withLine(['a', 'b', 'c'], 1, 'x')).toEqual(['a', 'x', 'c'])
    expect(withLine(['a', 'b', 'c'], 1, undefined)).toEqual(['a', 'c'])
  })

  it('get names that nothing else has', () => {
    expect(freshName(['a', 'a_2'], 'a')).toBe('a_3')
    expect(freshName([], 'a')).toBe('a')
  })
})

describe('other values of a map', () => {
  it.each([
    ['refuse', { column: 'a', map: { x: 'y' } }],
    ['keep', { column: 'a', map: { x: 'y' }, keep: true }],
    ['default', { column: 'a', map: { x: 'y' }, default: 'z' }],
  ] as const)('%s', (others, cell) => {
    expect(othersOf(cell as Cell)).toBe(others)
    expect(withOthers({ column: 'a', map: { x: 'y' } }, others, 'z')).toEqual(cell)
  })

  it('go back to refusing', () => {
    const kept: Cell = { column: 'a', map: { x: 'y' }, keep: true, default: 'z' }
    expect(withOthers(kept, 'refuse')).toEqual({ column: 'a', map: { x: 'y' } })
  })
})

describe('units', () => {
  it('stand only where they are given', () => {
    expect(withUnit('Miles', 'mile')).toEqual({ column: 'Miles', unit: 'mile' })
    expect(withUnit({ column: 'Miles', unit: 'mile' }, '')).toBe('Miles')
    expect(unitOf('Miles')).toBe('')
  })
})

describe('comments', () => {
  it.each([
    ['a = 1 # why', true],
    ['# why\na = 1', true],
    ['a = "# no"', false],
    ["a = '# no'", false],
    ['a = """\n# no\n"""', false],
    ['a = "\\"# no"', false],
  ])('%j', (text, there) => expect(hasComments(text)).toBe(there))
})

describe('a proposal', () => {
  it('comes after what is there and can be read with it', () => {
    const text = '[[layers]]\nname = "a"\ntable = "assets"\n'
    const made = withProposed(text, [{ text: text.replace('"a"', '"b"') }])
    expect(readMapping(made).layers.map((one) => one.name)).toEqual(['a', 'b'])
    expect(withProposed('', [{ text }])).toBe(text)
  })
})

describe('which value stands', () => {
  it('is said for every table, or not at all', () => {
    expect(mergeRules('')).toBe('')
    const { rules } = parse(mergeRules('measured')) as { rules: { wins: string[] }[] }
    expect(rules).toHaveLength(8)
    expect(rules.every((one) => one.wins.join() === 'measured,new')).toBe(true)
  })
})
