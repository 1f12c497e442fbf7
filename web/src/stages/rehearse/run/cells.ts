/** Squares of ground that stand for the assets in them, where a city is seen from afar. */
import type { FeatureCollection } from 'geojson'
import type { AssetCells } from '../data'
import { shareAt, type Frames } from './frames'

export function squares(cells: AssetCells): FeatureCollection {
  const { west, north, width_deg, height_deg } = cells
  return {
    type: 'FeatureCollection',
    features: cells.columns.map((column, i) => {
      const left = west + column * width_deg
      const top = north - (cells.rows[i] ?? 0) * height_deg
      const [right, bottom] = [left + width_deg, top - height_deg]
      const ring = [[left, top], [right, top], [right, bottom], [left, bottom], [left, top]] // prettier-ignore
      return {
        type: 'Feature',
        geometry: { type: 'Polygon', coordinates: [ring] },
        properties: { i },
      }
    }),
  }
}

/** Share out in each square at a step; NaN where nothing is ever in service. */
export function cellsAt(frames: Frames, step: number): Float32Array {
  return Float32Array.from({ length: frames.zones }, (_, n) => shareAt(frames, step, n))
}

/** How many assets are out at a step, about. */
export function cellsOut(cells: AssetCells, values: Float32Array): number {
  return cells.assets.reduce((sum, assets, n) => {
    const share = values[n] ?? NaN
    return sum + (Number.isNaN(share) ? 0 : share * assets)
  }, 0)
}
