/** Keeps what the map shows the same as the layers asked for, changing only what differs. */
import type { GeoJSONSource, ImageSource, LayerSpecification, Map as GlMap } from 'maplibre-gl'
import type { FeatureCollection } from 'geojson'
import { sourceKey, type Layer, type MarkLayer } from './layers'
import { layerSpecs, sourceSpec } from './style'

export class Shown {
  private layers: LayerSpecification[] = []
  private said = ''
  private data = new Map<string, FeatureCollection>()

  constructor(private readonly map: GlMap) {}

  take(layers: Layer[], accent: string): void {
    const specs = layers.flatMap((layer) => layerSpecs(layer, accent))
    const said = JSON.stringify(specs)
    if (said === this.said) {
      // only data or values moved, as in every frame of a movie
      for (const layer of layers) this.source(layer)
      return
    }
    this.said = said
    const wanted = new Map(specs.map((spec) => [spec.id, spec]))
    for (const old of this.layers) {
      const fresh = wanted.get(old.id)
      if (!fresh || shapeOf(fresh) !== shapeOf(old)) this.map.removeLayer(old.id)
    }
    for (const layer of layers) this.source(layer)
    specs.forEach((spec, n) => {
      const before = this.layers.find((old) => old.id === spec.id)
      if (!this.map.getLayer(spec.id)) this.map.addLayer(spec)
      else if (before) this.change(before, spec)
      if (n > 0) this.above(spec.id)
    })
    this.layers = specs
    this.forget(layers)
  }

  /** Move a layer of ours to the top of ours; drawing stays above. */
  private above(id: string): void {
    const drawing = this.map.getStyle().layers.find((each) => each.id.startsWith('td-'))
    this.map.moveLayer(id, drawing?.id)
  }

  private source(layer: Layer): void {
    if (layer.type === 'picture') {
      const key = `picture:${layer.id}`
      const held = this.map.getSource(key) as ImageSource | undefined
      const said = { url: layer.url, coordinates: layer.corners }
      if (held) held.updateImage(said)
      else this.map.addSource(key, { type: 'image', ...said })
      return
    }
    if (layer.type === 'mark') {
      this.keep(`marks:${layer.id}`, marksOf(layer))
      return
    }
    const key = sourceKey(layer.source)
    if (layer.source.type === 'data') this.keep(key, layer.source.data)
    else if (!this.map.getSource(key)) this.map.addSource(key, sourceSpec(layer.source))
  }

  private keep(key: string, data: FeatureCollection): void {
    const held = this.map.getSource(key) as GeoJSONSource | undefined
    if (!held) this.map.addSource(key, { type: 'geojson', data, promoteId: 'i' })
    else if (this.data.get(key) !== data) held.setData(data)
    this.data.set(key, data)
  }

  private change(before: LayerSpecification, now: LayerSpecification): void {
    const paint = (now.paint ?? {}) as Record<string, unknown>
    const old = (before.paint ?? {}) as Record<string, unknown>
    for (const [name, value] of Object.entries(paint)) {
      if (JSON.stringify(old[name]) !== JSON.stringify(value)) {
        this.map.setPaintProperty(now.id, name as never, value as never)
      }
    }
    const layout = (now.layout ?? {}) as Record<string, unknown>
    const oldLayout = (before.layout ?? {}) as Record<string, unknown>
    for (const [name, value] of Object.entries(layout)) {
      if (JSON.stringify(oldLayout[name]) !== JSON.stringify(value)) {
        this.map.setLayoutProperty(now.id, name as never, value as never)
      }
    }
    const filter = 'filter' in now ? now.filter : undefined
    if (JSON.stringify('filter' in before ? before.filter : undefined) !== JSON.stringify(filter)) {
      this.map.setFilter(now.id, filter ?? null)
    }
    if (before.minzoom !== now.minzoom || before.maxzoom !== now.maxzoom) {
      this.map.setLayerZoomRange(now.id, now.minzoom ?? 0, now.maxzoom ?? 24)
    }
  }

  private forget(layers: Layer[]): void {
    const used = new Set(
      layers.map((layer) =>
        layer.type === 'picture'
          ? `picture:${layer.id}`
          : layer.type === 'mark'
            ? `marks:${layer.id}`
            : sourceKey(layer.source),
      ),
    )
    for (const key of Object.keys(this.map.getStyle().sources)) {
      const ours = /^(picture|marks|tiles|data):/.test(key)
      if (ours && !used.has(key)) {
        this.map.removeSource(key)
        this.data.delete(key)
      }
    }
  }
}

/** What of a layer cannot be changed in place. */
function shapeOf(spec: LayerSpecification): string {
  const source = 'source' in spec ? String(spec.source) : ''
  const part = 'source-layer' in spec ? String(spec['source-layer']) : ''
  return `${spec.type} ${source} ${part}`
}

const marked = new WeakMap<MarkLayer['marks'], FeatureCollection>()

function marksOf(layer: MarkLayer): FeatureCollection {
  const held = marked.get(layer.marks)
  if (held) return held
  const made: FeatureCollection = {
    type: 'FeatureCollection',
    features: layer.marks.map((mark, n) => ({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: mark.at },
      properties: {
        i: n,
        id: mark.id,
        text: mark.text,
        ...(mark.colour ? { colour: mark.colour } : {}),
      },
    })),
  }
  marked.set(layer.marks, made)
  return made
}
