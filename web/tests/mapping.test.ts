import { describe, expect, it } from 'vitest'
import {
  below,
  cellOf,
  mapOf,
  ownColumns,
  placeOf,
  readMapping,
  tellsNeeds,
  wayOf,
  withColumn,
  withMap,
  withNewLayer,
  writeMapping,
} from '@/stages/city/importing/mapping'

const TEXT = `crs = "EPSG:4490"
[[layers]]
name = "站"
file = "stations.csv"
table = "assets"
x = "Lon"
y = "Lat"
where = { Type = ["泵站"] }
[[layers.join]]
file = "other.csv"
on = { No = "No" }
take = { people = "population" }
[layers.columns]
id = "water-{No}"
lifeline = { value = "water" }
kind = { column = "Type", map = { "泵站" = "pump" }, default = "junction" }
backup_h = nan
source = true
`

describe('a mapping', () => {
  it('says how each cell gets its value', () => {
    const columns = readMapping(TEXT).layers[0]!.columns!
    expect(wayOf(columns.id)).toEqual({ way: 'template', said: 'water-{No}' })
    expect(wayOf(columns.lifeline)).toEqual({ way: 'value', said: 'water' })
    expect(wayOf(columns.kind)).toEqual({ way: 'column', said: 'Type' })
    expect(wayOf(columns.source)).toEqual({ way: 'value', said: 'true' })
    expect(wayOf(columns.name)).toEqual({ way: 'none', said: '' })
  })

  it('keeps everything else when one column is changed and written', () => {
    const before = readMapping(TEXT)
    const after = readMapping(writeMapping(withColumn(before, 0, 'name', 'Type')))
    expect(after.layers[0]!.columns!.name).toBe('Type')
    expect(after.layers[0]!.columns!.backup_h).toBeNaN()
    const { name: _, ...rest } = after.layers[0]!.columns!
    expect({ ...after.layers[0], columns: rest }).toEqual(before.layers[0])
    expect(after.crs).toBe('EPSG:4490')
  })

  it('takes a column out', () => {
    const after = withColumn(readMapping(TEXT), 0, 'kind', undefined)
    expect(after.layers[0]!.columns).not.toHaveProperty('kind')
  })

  it('keeps a map when its column changes, and drops it with a fixed value', () => {
    const kind = readMapping(TEXT).layers[0]!.columns!.kind
    expect(cellOf(kind, 'column', 'Sort', 'text')).toEqual({
      column: 'Sort',
      map: { 泵站: 'pump' },
      default: 'junction',
    })
    expect(cellOf(kind, 'value', 'pump', 'text')).toEqual({ value: 'pump' })
  })

  it('writes fixed values as their attribute wants them', () => {
    expect(cellOf(undefined, 'value', '12', 'float')).toBe(12)
    expect(cellOf(undefined, 'value', '12', 'text')).toEqual({ value: '12' })
    expect(cellOf(undefined, 'value', 'true', 'bool')).toBe(true)
    expect(cellOf(undefined, 'column', 'a{b', 'text')).toEqual({ column: 'a{b' })
  })

  it('maps values', () => {
    const cell = withMap('Type', [['泵站', 'pump']])
    expect(cell).toEqual({ column: 'Type', map: { 泵站: 'pump' } })
    expect(mapOf(cell)).toEqual([['泵站', 'pump']])
    expect(withMap(cell, [])).toBe('Type')
  })

  it('knows the columns that a layer makes for itself', () => {
    expect(ownColumns(readMapping(TEXT).layers[0]!)).toEqual(['people'])
  })

  it('finds the field that a fault names', () => {
    expect(placeOf('layers.2 (泵站).columns.id')).toEqual({ layer: 1, key: 'columns.id' })
    expect(placeOf('layers.1')).toEqual({ layer: 0, key: '' })
    expect(placeOf('crs')).toBeUndefined()
  })

  it('tells paths below the folder that is read', () => {
    const paths = ['top/a.csv', 'top/in/b.csv', 'else.csv']
    expect(below(paths, 'top')).toEqual(['a.csv', 'in/b.csv'])
    expect(below(paths, '')).toEqual(paths)
    expect(below(paths, 'top/a.csv')).toEqual(['a.csv'])
  })

  it('begins a layer from a file', () => {
    const made = withNewLayer({ layers: [] }, 'in/pumps.csv')
    expect(made.layers[0]).toMatchObject({ file: 'in/pumps.csv', table: 'assets' })
  })
})

describe('whether rules have anything to fill in', () => {
  it.each([
    ['[[layers]]\ntable = "assets"\n[[layers]]\ntable = "needs"', true],
    ['[[layers]]\ntable = "assets"', false],
    ['', false],
    ['[[layers', false],
  ])('%j', (text, told) => expect(tellsNeeds(text)).toBe(told))
})
