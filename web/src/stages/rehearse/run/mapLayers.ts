/** What a run lays over the city's map. */
import type { FeatureCollection } from 'geojson'
import { token } from '@/frame/theme'
import type { At, Layer, Mark, Paint, PictureLayer, Scale } from '@/map/layers'
import { hoursScale, ramp } from '@/map/scales'
import { layerUrl, type HazardLayer, type Outages, type WeakLink } from '../data'
import type { AssetStates } from './frames'

export type AssetMode = 'none' | 'outage' | 'damage' | 'sample' | 'heat'

/** Whether a mode shows who is out in one sample. */
export function ofSample(mode: AssetMode): boolean {
  return mode === 'sample' || mode === 'heat'
}

export const DAMAGE_BREAKS = [0.001, 0.01, 0.05, 0.1, 0.25, 0.5]

/** A class of nothing that is not drawn in the strongest of grounds. */
export function damageScale(): Scale {
  return { breaks: DAMAGE_BREAKS, colours: ramp() }
}

export function assetScale(mode: AssetMode, states: AssetStates): Scale {
  return mode === 'damage' ? damageScale() : hoursScale(states.outageH)
}

export function assetPaint(mode: AssetMode, states: AssetStates | undefined, scale: Scale): Paint {
  const values = mode === 'damage' ? states?.damagedShare : states?.outageH
  return { by: 'value', values: values ?? new Float32Array(0), scale, none: token('ink-3') }
}

/** Pictures lie on the zones and under the networks. */
export function withPicture(layers: Layer[], picture: PictureLayer | undefined): Layer[] {
  if (!picture) return layers
  const last = layers.findLastIndex((one) => one.id.startsWith('zones:'))
  return [...layers.slice(0, last + 1), picture, ...layers.slice(last + 1)]
}

export function pictureOf(run: string, layer: HazardLayer | undefined): PictureLayer | undefined {
  if (!layer || layer.corners.length !== 4) return undefined
  return {
    id: `hazard:${layer.id}`,
    type: 'picture',
    url: layerUrl(run, layer.id),
    corners: layer.corners as [At, At, At, At],
    opacity: 0.75,
  }
}

/** Who is out at an hour of one sample, as points. */
export function outAt(outages: Outages, hour: number): FeatureCollection {
  const minute = hour * 60
  const features: FeatureCollection['features'] = []
  outages.rows.forEach((row, n) => {
    const [lon, lat] = [outages.lon[n], outages.lat[n]]
    const begin = outages.begin_min[n] ?? 0
    const end = outages.end_min[n] ?? 0
    if (lon == null || lat == null || begin > minute || end <= minute) return
    features.push({
      type: 'Feature',
      geometry: { type: 'Point', coordinates: [lon, lat] },
      properties: { i: row },
    })
  })
  return { type: 'FeatureCollection', features }
}

export function outLayer(data: FeatureCollection): Layer {
  return {
    id: 'out',
    type: 'point',
    source: { type: 'data', id: 'out', data },
    colour: { by: 'one', colour: token('map-ink') },
    radius: 3.6,
    stroke: token('card'),
    pickable: true,
  }
}

/** The same as density, for cities where points hide each other. */
export function heatLayer(data: FeatureCollection): Layer {
  return {
    id: 'out-heat',
    type: 'heat',
    source: { type: 'data', id: 'out', data },
    colours: ramp(),
  }
}

/** Weak links under the numbers that the tables give them. */
export function marksOf(links: WeakLink[]): Mark[] {
  const seen = new Set<number>()
  const marks: Mark[] = []
  for (const one of links) {
    if (one.number === null || one.lon === null || one.lat === null || seen.has(one.number))
      continue
    seen.add(one.number)
    marks.push({ id: one.asset, at: [one.lon, one.lat], text: String(one.number) })
  }
  return marks
}

export function markLayer(marks: Mark[]): Layer {
  return { id: 'weak', type: 'mark', marks, colour: token('accent'), pickable: true }
}
