/** Holds values of rows against the features that are on the map at the moment. */
import type { Map as GlMap } from 'maplibre-gl'
import { sourceKey, type Layer, type Source } from './layers'
import { stateKey } from './style'

interface Bound {
  layer: string
  source: Source
  values: ArrayLike<number>
  told: Map<number, number>
}

export class Values {
  private bound = new Map<string, Bound>()
  private waiting = 0

  constructor(private readonly map: GlMap) {
    map.on('sourcedata', (event) => {
      if (event.dataType === 'source' && this.holds(event.sourceId)) this.soon()
    })
    map.on('moveend', () => this.soon())
  }

  /** Take the values of these layers; those of others are forgotten. */
  take(layers: Layer[]): void {
    const fresh = new Map<string, Bound>()
    for (const layer of layers) {
      if (!('source' in layer)) continue
      const paint =
        layer.type === 'area' ? layer.fill : 'colour' in layer ? layer.colour : undefined
      if (typeof paint !== 'object' || paint.by !== 'value') continue
      const before = this.bound.get(layer.id)
      const same = before && sourceKey(before.source) === sourceKey(layer.source)
      const told = same ? before.told : new Map<number, number>()
      fresh.set(layer.id, { layer: layer.id, source: layer.source, values: paint.values, told })
    }
    this.bound = fresh
    this.tell()
  }

  private holds(source: string): boolean {
    return [...this.bound.values()].some((one) => sourceKey(one.source) === source)
  }

  private soon(): void {
    if (this.waiting) return
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0
      this.tell()
    })
  }

  /** Tell the features on the map their values; only what differs from before. */
  private tell(): void {
    for (const { layer, source, values, told } of this.bound.values()) {
      const key = sourceKey(source)
      if (!this.map.getSource(key)) continue
      const sourceLayer = source.type === 'tiles' ? source.layer : undefined
      const rows = new Set<number>(told.keys())
      for (const feature of this.map.querySourceFeatures(key, { sourceLayer })) {
        if (typeof feature.id === 'number') rows.add(feature.id)
      }
      for (const row of rows) {
        const value = values[row] ?? NaN
        const said = Number.isFinite(value) ? value : -1e30
        if (told.get(row) === said) continue
        told.set(row, said)
        this.map.setFeatureState({ source: key, sourceLayer, id: row }, { [stateKey(layer)]: said })
      }
    }
  }
}
