// Typed layers become what the map library takes; its own checker judges them.
import { validateStyleMin } from '@maplibre/maplibre-gl-style-spec'
import { describe, expect, it, vi } from 'vitest'
import type { Layer, Source } from '@/map/layers'

vi.stubGlobal('location', { origin: 'http://127.0.0.1:8130' })
const { layerSpecs, sourceSpec } = await import('@/map/style')
const { paintOf } = await import('@/map/paint')
const { classOf } = await import('@/map/classes')

const tiles: Source = {
  type: 'tiles',
  url: '/a/zones.pmtiles',
  layer: 'zones',
  minzoom: 0,
  maxzoom: 12,
}
const value = {
  by: 'value' as const,
  values: [0.1, 0.9],
  scale: { breaks: [0.25, 0.5], colours: ['#111111', '#222222', '#333333'] },
  none: '#999999',
}
const LAYERS: Layer[] = [
  { id: 'zones', type: 'area', source: tiles, fill: value, outline: '#444444', pickable: true },
  {
    id: 'lines',
    type: 'line',
    source: tiles,
    width: 2,
    dashed: true,
    colour: { by: 'prop', prop: 'l', colours: { power: '#d97706' }, other: '#888888' },
  },
  {
    id: 'points',
    type: 'point',
    source: tiles,
    radius: 4,
    colour: { by: 'one', colour: '#000000' },
    filter: [{ prop: 'k', in: ['plant', 'tank'] }],
  },
  {
    id: 'none',
    type: 'point',
    source: tiles,
    radius: 4,
    colour: { by: 'prop', prop: 'l', colours: {}, other: '#888888' },
  },
  {
    id: 'told',
    type: 'point',
    source: tiles,
    radius: 4,
    colour: {
      ...value,
      scale: { ...value.scale, sizes: [0.5, 1, 2], rings: [false, false, true] },
    },
  },
  {
    id: 'wide',
    type: 'line',
    source: tiles,
    width: 2,
    colour: { ...value, scale: { ...value.scale, sizes: [0.5, 1, 2] } },
  },
  {
    id: 'names',
    type: 'label',
    source: tiles,
    text: ['n', 'e'],
    size: 12,
    colour: '#000000',
    halo: '#ffffff',
    below: true,
  },
  { id: 'marks', type: 'mark', colour: '#ff0000', marks: [{ id: 'a', at: [120, 31], text: '1' }] },
  {
    id: 'depth',
    type: 'picture',
    url: '/x.png',
    corners: [
      [0, 1],
      [1, 1],
      [1, 0],
      [0, 0],
    ],
  },
]

describe('every kind of layer', () => {
  it.each(LAYERS.map((layer) => [layer.id, layer] as const))('%s is sound', (_, layer) => {
    const specs = layerSpecs(layer, '#00ffff')
    const sources = Object.fromEntries(
      specs.map((spec) => {
        const name = 'source' in spec ? String(spec.source) : ''
        if (name.startsWith('marks:'))
          return [name, { type: 'geojson', data: { type: 'FeatureCollection', features: [] } }]
        if (name.startsWith('picture:'))
          return [
            name,
            {
              type: 'image',
              url: 'http://127.0.0.1/x.png',
              coordinates: [
                [0, 1],
                [1, 1],
                [1, 0],
                [0, 0],
              ],
            },
          ]
        return [name, sourceSpec(tiles)]
      }),
    )
    const faults = validateStyleMin({ version: 8, sources, layers: specs } as never)
    // without glyph files text is drawn from the machine's own fonts
    expect(faults.map((each) => each.message).filter((said) => !said.includes('glyphs'))).toEqual(
      [],
    )
  })
})

it('a value paints the class it falls into', () => {
  const paint = paintOf('zones', value) as unknown[]
  expect(paint[0]).toBe('case')
  expect(JSON.stringify(paint)).toContain('["step"')
  expect(JSON.stringify(paint)).toContain('"#111111",1,"#222222",2,"#333333"')
})

it('a class begins at its break; what is no number has none', () => {
  expect([-1, 0.24, 0.25, 0.5, 9].map((one) => classOf(one, [0.25, 0.5]))).toEqual([0, 0, 1, 2, 2])
  expect([NaN, undefined, Infinity].map((one) => classOf(one, [0.25]))).toEqual([-1, -1, -1])
  expect(classOf(3, [])).toBe(0)
})

it('an address of tiles is of this server', () => {
  expect((sourceSpec(tiles) as { tiles: string[] }).tiles[0]).toBe(
    'http://127.0.0.1:8130/a/zones.pmtiles/{z}/{x}/{y}',
  )
})
