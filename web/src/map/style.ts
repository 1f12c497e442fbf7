/** Typed layers in the map library's own words. */
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
} from 'maplibre-gl'
import { sourceKey, type Filter, type Layer, type Paint, type Source } from './layers'

/** The name under which a layer keeps the value of a feature. */
export function stateKey(layer: string): string {
  return `v:${layer}`
}

export function sourceSpec(source: Source): SourceSpecification {
  if (source.type === 'data') return { type: 'geojson', data: source.data, promoteId: 'i' }
  const url = new URL(source.url, location.origin).href
  return {
    type: 'vector',
    tiles: [`${url}/{z}/{x}/{y}`],
    minzoom: source.minzoom,
    maxzoom: source.maxzoom,
    promoteId: { [source.layer]: 'i' },
  }
}

export function paintOf(layer: string, paint: Paint): string | ExpressionSpecification {
  if (paint.by === 'one') return paint.colour
  if (paint.by === 'prop') {
    const pairs = Object.entries(paint.colours).flat()
    if (!pairs.length) return paint.other
    return [
      'match',
      ['get', paint.prop],
      ...pairs,
      paint.other,
    ] as unknown as ExpressionSpecification
  }
  const value: ExpressionSpecification = ['number', ['feature-state', stateKey(layer)], -1e30]
  const steps = paint.scale.breaks.flatMap((edge, n) => [
    edge,
    paint.scale.colours[n + 1] ?? paint.none,
  ])
  return [
    'case',
    ['<', value, -1e29],
    paint.none,
    ['step', value, paint.scale.colours[0] ?? paint.none, ...steps],
  ] as unknown as ExpressionSpecification
}

function filterOf(filters: Filter[] | undefined): FilterSpecification | undefined {
  if (!filters?.length) return undefined
  const each = filters.map((one) => ['in', ['get', one.prop], ['literal', one.in]])
  return ['all', ...each] as unknown as FilterSpecification
}

const SELECTED: ExpressionSpecification = ['boolean', ['feature-state', 'selected'], false]

/** The library's layers of one of ours, bottom first. */
export function layerSpecs(layer: Layer, accent: string): LayerSpecification[] {
  const zooms = { minzoom: layer.minzoom ?? 0, maxzoom: layer.maxzoom ?? 24 }
  const layout = { visibility: layer.hidden ? ('none' as const) : ('visible' as const) }
  if (layer.type === 'picture') {
    return [
      {
        id: layer.id,
        type: 'raster',
        source: `picture:${layer.id}`,
        ...zooms,
        layout,
        paint: {
          'raster-opacity': layer.opacity ?? 0.75,
          'raster-fade-duration': 0,
          'raster-resampling': 'nearest',
        },
      },
    ]
  }
  if (layer.type === 'mark') {
    const source = `marks:${layer.id}`
    return [
      {
        id: layer.id,
        type: 'circle',
        source,
        ...zooms,
        layout,
        paint: {
          'circle-radius': 11,
          'circle-color': ['coalesce', ['get', 'colour'], layer.colour],
          'circle-stroke-color': '#ffffff',
          'circle-stroke-width': 2,
        },
      },
      {
        id: `${layer.id}:text`,
        type: 'symbol',
        source,
        ...zooms,
        layout: {
          ...layout,
          'text-field': ['get', 'text'],
          'text-size': 11,
          'text-font': ['sans-serif'],
          'text-allow-overlap': true,
          'text-ignore-placement': true,
        },
        paint: { 'text-color': '#ffffff' },
      },
    ]
  }
  const common = {
    id: layer.id,
    source: sourceKey(layer.source),
    ...(layer.source.type === 'tiles' ? { 'source-layer': layer.source.layer } : {}),
    ...(filterOf(layer.filter) ? { filter: filterOf(layer.filter) as FilterSpecification } : {}),
    ...zooms,
  }
  switch (layer.type) {
    case 'area':
      return [
        {
          ...common,
          type: 'fill',
          layout,
          paint: {
            'fill-color': paintOf(layer.id, layer.fill) as string,
            'fill-opacity': layer.opacity ?? 0.85,
            'fill-antialias': false,
          },
        },
        {
          ...common,
          id: `${layer.id}:outline`,
          type: 'line',
          layout,
          paint: {
            'line-color': ['case', SELECTED, accent, layer.outline ?? 'rgba(0,0,0,0)'],
            'line-width': ['case', SELECTED, 3, layer.outline ? 0.7 : 0],
          },
        },
      ]
    case 'line':
      return [
        {
          ...common,
          type: 'line',
          layout: { ...layout, 'line-cap': 'round', 'line-join': 'round' },
          paint: {
            'line-color': [
              'case',
              SELECTED,
              accent,
              paintOf(layer.id, layer.colour),
            ] as ExpressionSpecification,
            'line-opacity': layer.opacity ?? 1,
            'line-width': [
              'interpolate',
              ['linear'],
              ['zoom'],
              9,
              ['case', SELECTED, layer.width + 2, layer.width * 0.5],
              15,
              ['case', SELECTED, layer.width + 4, layer.width * 1.6],
            ] as ExpressionSpecification,
            ...(layer.dashed ? { 'line-dasharray': [2, 2] } : {}),
          },
        },
      ]
    case 'point':
      return [
        {
          ...common,
          type: 'circle',
          layout,
          paint: {
            'circle-color': paintOf(layer.id, layer.colour) as string,
            'circle-opacity': layer.opacity ?? 1,
            'circle-radius': [
              'interpolate',
              ['linear'],
              ['zoom'],
              8,
              ['case', SELECTED, layer.radius + 4, layer.radius * 0.5],
              12,
              ['case', SELECTED, layer.radius + 5, layer.radius],
              16,
              ['case', SELECTED, layer.radius + 6, layer.radius * 1.8],
            ] as ExpressionSpecification,
            'circle-stroke-color': [
              'case',
              SELECTED,
              accent,
              layer.stroke ?? 'rgba(255,255,255,.85)',
            ],
            'circle-stroke-width': [
              'interpolate',
              ['linear'],
              ['zoom'],
              9,
              ['case', SELECTED, 4, 0],
              13,
              ['case', SELECTED, 4, layer.stroke === '' ? 0 : 1],
            ] as ExpressionSpecification,
          },
        },
      ]
    case 'heat':
      return [
        {
          ...common,
          type: 'heatmap',
          layout,
          paint: {
            'heatmap-weight': layer.weight ? ['get', layer.weight] : 1,
            'heatmap-radius': ['interpolate', ['linear'], ['zoom'], 8, 8, 14, 26],
            'heatmap-color': [
              'interpolate',
              ['linear'],
              ['heatmap-density'],
              0,
              'rgba(0,0,0,0)',
              ...layer.colours.flatMap((colour, n) => [(n + 1) / layer.colours.length, colour]),
            ] as unknown as ExpressionSpecification,
            'heatmap-opacity': 0.75,
          },
        },
      ]
    case 'label':
      return [
        {
          ...common,
          type: 'symbol',
          layout: {
            ...layout,
            'text-field': [
              'case',
              ...layer.text.flatMap((prop) => [
                ['!=', ['coalesce', ['get', prop], ''], ''],
                ['get', prop],
              ]),
              '',
            ] as unknown as ExpressionSpecification,
            'text-size': layer.size,
            'text-font': ['sans-serif'],
            'text-max-width': 8,
            'text-padding': 4,
            ...(layer.below
              ? { 'text-anchor': 'top' as const, 'text-offset': [0, 0.7] as [number, number] }
              : {}),
          },
          paint: {
            'text-color': layer.colour,
            'text-halo-color': layer.halo,
            'text-halo-width': 1.4,
          },
        },
      ]
  }
}
