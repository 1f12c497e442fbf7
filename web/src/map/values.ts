/** Tells the features that are on the map the class of the value that is held for their row. */
import type { Map as GlMap } from 'maplibre-gl'
import { classOf } from './classes'
import { sourceKey, type Layer, type Scale, type Source } from './layers'
import { stateKey } from './paint'

interface Bound {
  layer: string
  source: Source
  values: ArrayLike<number>
  scale: Scale
  told: Map<number, number>
}

export class Values {
  private bound = new Map<string, Bound>()
  /** Rows that are on the map, by source. */
  private present = new Map<string, Set<number>>()
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
      const { values, scale } = paint
      fresh.set(layer.id, { layer: layer.id, source: layer.source, values, scale, told })
    }
    this.bound = fresh
    for (const key of this.present.keys()) if (!this.holds(key)) this.present.delete(key)
    for (const one of fresh.values())
      if (!this.present.has(sourceKey(one.source))) this.look(one.source)
    this.tell()
  }

  private holds(source: string): boolean {
    return [...this.bound.values()].some((one) => sourceKey(one.source) === source)
  }

  private soon(): void {
    if (this.waiting) return
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0
      const sources = [...this.bound.values()].map((one) => one.source)
      new Map(sources.map((one) => [sourceKey(one), one])).forEach((one) => this.look(one))
      this.tell()
    })
  }

  /** Look which rows of a source are on the map; a movie through time asks this only once. */
  private look(source: Source): void {
    const key = sourceKey(source)
    if (!this.map.getSource(key)) return
    const sourceLayer = source.type === 'tiles' ? source.layer : undefined
    const rows = new Set<number>()
    for (const feature of this.map.querySourceFeatures(key, { sourceLayer }))
      if (typeof feature.id === 'number') rows.add(feature.id)
    this.present.set(key, rows)
  }

  /** Tell the features on the map their classes; only what differs from before. */
  private tell(): void {
    for (const { layer, source, values, scale, told } of this.bound.values()) {
      const key = sourceKey(source)
      if (!this.map.getSource(key)) continue
      const sourceLayer = source.type === 'tiles' ? source.layer : undefined
      for (const row of this.present.get(key) ?? []) {
        const found = classOf(values[row], scale.breaks)
        if (told.get(row) === found) continue
        told.set(row, found)
        this.map.setFeatureState(
          { source: key, sourceLayer, id: row },
          { [stateKey(layer)]: found },
        )
      }
    }
  }
}
