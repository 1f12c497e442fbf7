/** Places as plain dots, for more of them than numbered marks can show. */
import type { At, PointLayer } from './layers'

/** More than so many are drawn smaller. */
const MANY = 100

export function dots(id: string, places: At[], colour: string, stroke: string): PointLayer {
  return {
    id,
    type: 'point',
    source: {
      type: 'data',
      id,
      data: {
        type: 'FeatureCollection',
        features: places.map((at, i) => ({
          type: 'Feature',
          geometry: { type: 'Point', coordinates: at },
          properties: { i },
        })),
      },
    },
    colour: { by: 'one', colour },
    radius: places.length > MANY ? 4 : 6,
    stroke,
  }
}
