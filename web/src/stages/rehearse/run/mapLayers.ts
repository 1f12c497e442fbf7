/** What a run lays over the city's map. */
import { token } from '@/frame/theme'
import type { At, Layer, Mark, Paint, PictureLayer, Scale } from '@/map/layers'
import { hoursScale, ramp } from '@/map/scales'
import { layerUrl, type HazardLayer, type WeakLink } from '../data'
import type { AssetStates } from './frames'

/** What colours assets: not at all, figures of the whole run, or how they stand at an hour. */
export type AssetMode = 'none' | 'outage' | 'damage' | 'hourly' | 'sample'

/** Whether a mode moves with the hour. */
export function moves(mode: AssetMode): boolean {
  return mode === 'hourly' || mode === 'sample'
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

/** Layers that lie on the zones and under the networks. */
export function withUnder(layers: Layer[], more: (Layer | undefined)[]): Layer[] {
  const last = layers.findLastIndex((one) => one.id.startsWith('zones:'))
  const some = more.filter((one) => one !== undefined)
  return [...layers.slice(0, last + 1), ...some, ...layers.slice(last + 1)]
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
