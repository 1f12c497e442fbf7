/** Typed layers in the map library's own words. */
import type {
  ExpressionSpecification,
  FilterSpecification,
  LayerSpecification,
  SourceSpecification,
} from 'maplibre-gl'
import { sourceKey, type Filter, type Layer, type Source } from './layers'
import { isRing, paintOf, sizeOf } from './paint'

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
    case 'line': {
      const times = (width: number): ExpressionSpecification => [
        '*',
        width,
        sizeOf(layer.id, layer.colour),
      ]
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
              ['case', SELECTED, layer.width + 2, times(0.5 * layer.width)],
              15,
              ['case', SELECTED, layer.width + 4, times(1.6 * layer.width)],
            ] as ExpressionSpecification,
            ...(layer.dashed ? { 'line-dasharray': [2, 2] } : {}),
          },
        },
      ]
    }
    case 'point': {
      const times = (radius: number): ExpressionSpecification => [
        '*',
        radius,
        sizeOf(layer.id, layer.colour),
      ]
      const ring = isRing(layer.id, layer.colour)
      const colour = paintOf(layer.id, layer.colour)
      return [
        {
          ...common,
          type: 'circle',
          layout,
          paint: {
            'circle-color': colour as string,
            'circle-opacity': ['case', ring, 0, layer.opacity ?? 1] as ExpressionSpecification,
            'circle-radius': [
              'interpolate',
              ['linear'],
              ['zoom'],
              8,
              ['case', SELECTED, layer.radius + 4, times(0.5 * layer.radius)],
              12,
              ['case', SELECTED, layer.radius + 5, times(layer.radius)],
              16,
              ['case', SELECTED, layer.radius + 6, times(1.8 * layer.radius)],
            ] as ExpressionSpecification,
            'circle-stroke-color': [
              'case',
              SELECTED,
              accent,
              ring,
              colour,
              layer.stroke ?? 'rgba(255,255,255,.85)',
            ] as ExpressionSpecification,
            'circle-stroke-width': [
              'interpolate',
              ['linear'],
              ['zoom'],
              9,
              ['case', SELECTED, 4, ring, 1.4, 0],
              13,
              ['case', SELECTED, 4, ring, 2, layer.stroke === '' ? 0 : 1],
            ] as ExpressionSpecification,
          },
        },
      ]
    }
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
