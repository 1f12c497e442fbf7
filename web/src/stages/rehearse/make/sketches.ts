/** Hazards that have a place, as layers of the map. */
import type { Feature } from 'geojson'
import { token } from '@/frame/theme'
import { dots } from '@/map/dots'
import type { At, Layer } from '@/map/layers'
import { isTable, type Hazard } from './doc'
import { circle } from './picking'
import { pointsOfCsv } from './trackTable'

function line(points: At[], i: number): Feature {
  return {
    type: 'Feature',
    geometry: { type: 'LineString', coordinates: points },
    properties: { i },
  }
}
function dot(at: At, i: number): Feature {
  return { type: 'Feature', geometry: { type: 'Point', coordinates: at }, properties: { i } }
}

function shapesOf(hazard: Hazard, texts: Record<string, string>): Feature[] {
  const { point, plane, trace, reach, lon, lat, radius_m, track } = hazard
  const made: Feature[] = []
  for (const one of [point, plane])
    if (isTable(one)) made.push(dot([Number(one.lon), Number(one.lat)], 0))
  if (isTable(trace) && Array.isArray(trace.ends)) made.push(line(trace.ends as At[], 1))
  if (isTable(reach) && Array.isArray(reach.points)) made.push(line(reach.points as At[], 2))
  if (hazard.kind === 'accident' && typeof lon === 'number' && typeof lat === 'number') {
    made.push(dot([lon, lat], 3))
    if (typeof radius_m === 'number') made.push(line(circle([lon, lat], radius_m), 4))
  }
  if (typeof track === 'string') {
    const points = pointsOfCsv(texts[track] ?? '').map((each): At => [each.lon, each.lat])
    if (points.length > 1) made.push(line(points, 5))
    points.forEach((each, n) => made.push(dot(each, 10 + n)))
  }
  return made.filter((one) => JSON.stringify(one.geometry).indexOf('null') < 0)
}

/** Everything drawn, the hazard that is being edited in the stronger colour. */
export function sketchLayers(
  hazards: Hazard[],
  active: number,
  texts: Record<string, string>,
  picked: At[],
): Layer[] {
  const layers: Layer[] = []
  hazards.forEach((hazard, n) => {
    const features = shapesOf(hazard, texts)
    if (!features.length) return
    const colour = { by: 'one', colour: token(n === active ? 'level-1-fill' : 'ink-3') } as const
    const source = {
      type: 'data',
      id: `hazard-${n}`,
      data: { type: 'FeatureCollection', features },
    } as const
    layers.push({ id: `hazard-${n}-line`, type: 'line', source, colour, width: 3 })
    layers.push({
      id: `hazard-${n}-dot`,
      type: 'point',
      source,
      colour,
      radius: 8,
      stroke: token('card'),
    })
  })
  if (picked.length) {
    layers.push(dots('picked', picked, token('level-1-fill'), token('card')))
  }
  return layers
}
