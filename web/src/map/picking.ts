/** What lies under the pointer, and what is marked as selected. */
import type { Map as GlMap, MapGeoJSONFeature } from 'maplibre-gl'
import type { Layer, Picked } from './layers'

const NEAR_PX = 4

/** The uppermost feature near a point of the screen. */
export function pickedAt(
  map: GlMap,
  layers: Layer[],
  point: { x: number; y: number },
): Picked | undefined {
  const ids = layers
    .filter((layer) => 'pickable' in layer && layer.pickable && !layer.hidden)
    .map((layer) => layer.id)
    .filter((id) => map.getLayer(id))
  if (!ids.length) return undefined
  const near: [[number, number], [number, number]] = [
    [point.x - NEAR_PX, point.y - NEAR_PX],
    [point.x + NEAR_PX, point.y + NEAR_PX],
  ]
  const found = map.queryRenderedFeatures(near, { layers: ids.reverse() })
  // points lie over lines, lines over areas, whatever the order they are drawn in
  const rank = (feature: MapGeoJSONFeature) =>
    ['circle', 'line', 'fill'].indexOf(feature.layer.type)
  const first = [...found].sort((a, b) => rank(a) - rank(b))[0]
  if (!first) return undefined
  const { lng, lat } = map.unproject([point.x, point.y])
  return {
    layer: first.layer.id,
    row: Number(first.properties.i ?? first.id ?? -1),
    properties: first.properties,
    at: [lng, lat],
  }
}

export interface Selected {
  layer: string
  rows: number[]
}

/** Marks features as selected, and those of before no longer. */
export class Selection {
  private marked: { source: string; sourceLayer: string | undefined; id: number }[] = []

  constructor(private readonly map: GlMap) {}

  take(selected: Selected | undefined): void {
    for (const one of this.marked)
      if (this.map.getSource(one.source)) this.map.setFeatureState(one, { selected: false })
    this.marked = []
    const spec = selected && this.map.getLayer(selected.layer)
    if (!selected || !spec) return
    for (const id of selected.rows) {
      const one = { source: spec.source, sourceLayer: spec.sourceLayer, id }
      this.map.setFeatureState(one, { selected: true })
      this.marked.push(one)
    }
  }
}
