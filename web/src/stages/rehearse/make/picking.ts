/** What is drawn and picked on the map, as values of a hazard. */
import type { At, Sketch, Tool } from '@/map/layers'
import { isTable, type Hazard, type Plain, type Table } from './doc'
import { round } from './track'

/** Where the ids of a hazard stand: on itself, or on the first entry of a list. */
const LISTS: Record<string, string> = { random: 'targets', cyber: 'systems', outbreak: 'staff' }
const TAKES_IDS = ['random', 'cutoff', 'targeted', 'accident', 'cyber', 'outbreak']

export function takesIds(kind: string): boolean {
  return TAKES_IDS.includes(kind)
}

function holderOf(hazard: Hazard): Table {
  const list = LISTS[hazard.kind]
  if (list === undefined) return hazard
  const entries = hazard[list]
  const first = Array.isArray(entries) ? entries[0] : undefined
  return isTable(first) ? first : {}
}

export function idsOf(hazard: Hazard): string[] {
  const ids = holderOf(hazard).ids
  return Array.isArray(ids) ? ids.map(String) : []
}

/** The same hazard, of these assets only: what else narrowed it no longer holds. */
export function withIds(hazard: Hazard, ids: string[]): Hazard {
  const only = (table: Table): Table => {
    const { ids: _, ...rest } = table
    if (!ids.length) return rest
    if (hazard.kind === 'accident') return { ...rest, ids }
    const { lifeline: _l, kinds: _k, ...others } = rest
    return { ...others, ids }
  }
  const list = LISTS[hazard.kind]
  if (list === undefined) return { ...only(hazard), kind: hazard.kind }
  const entries = (hazard[list] as Plain[] | undefined) ?? []
  return { ...hazard, [list]: [only(holderOf(hazard)), ...entries.slice(1)] }
}

/** Tools with which a hazard can be drawn, the usual one first. */
export function toolsOf(kind: string): Tool[] {
  if (kind === 'earthquake') return ['draw_point', 'draw_line']
  if (kind === 'typhoon' || kind === 'river') return ['draw_line']
  if (kind === 'accident') return ['draw_point', 'box', 'polygon']
  return takesIds(kind) ? ['box', 'polygon'] : []
}

const near = ([lon, lat]: At): At => [round(lon, 4), round(lat, 4)]

/** A hazard as drawn; undefined where the sketch says nothing of such a hazard. */
export function drawn(hazard: Hazard, sketch: Sketch): Hazard | undefined {
  const points = sketch.points.map(near)
  const [first] = points
  const last = points.at(-1)
  if (!first || !last) return undefined
  if (hazard.kind === 'earthquake') {
    const { point, trace: _t, plane: _p, ...rest } = hazard
    if (sketch.shape === 'point') {
      const depth_km = isTable(point) && typeof point.depth_km === 'number' ? point.depth_km : 10
      return { ...rest, kind: hazard.kind, point: { lon: first[0], lat: first[1], depth_km } }
    }
    return { ...rest, kind: hazard.kind, trace: { ends: [first, last] } }
  }
  if (hazard.kind === 'accident' && sketch.shape === 'point')
    return { ...hazard, lon: first[0], lat: first[1] }
  if (hazard.kind === 'river') return { ...hazard, reach: { points } }
  return undefined
}

/** A circle on the ground, as a ring of longitudes and latitudes. */
export function circle([lon, lat]: At, radius_m: number, corners = 64): At[] {
  const up = radius_m / 111_195
  const across = up / Math.max(0.05, Math.cos((lat * Math.PI) / 180))
  return Array.from({ length: corners + 1 }, (_, n): At => {
    const turn = (2 * Math.PI * n) / corners
    return [lon + across * Math.cos(turn), lat + up * Math.sin(turn)]
  })
}
