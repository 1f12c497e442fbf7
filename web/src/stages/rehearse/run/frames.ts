/** Arrays of a run as they come over the wire, and values by row for the map. */

/** In a frame: nobody is served there. */
export const NOBODY = 255
const PER_ONE = 200

/** Share without a lifeline by step and zone, in 200ths. */
export interface Frames {
  steps: number
  zones: number
  bytes: Uint8Array
}

export interface AssetStates {
  outageH: Float32Array
  damagedShare: Float32Array
}

function shapeOf(said: string, axes: number): number[] {
  const shape = said.split(',').map(Number)
  if (shape.length !== axes || shape.some((n) => !Number.isInteger(n) || n < 0))
    throw new Error(`X-Shape: ${said}`)
  return shape
}

export function frames(buffer: ArrayBuffer, shape: string): Frames {
  const [steps = 0, zones = 0] = shapeOf(shape, 2)
  const bytes = new Uint8Array(buffer)
  if (bytes.length !== steps * zones) throw new Error(`${bytes.length} bytes for ${shape}`)
  return { steps, zones, bytes }
}

export function assetStates(buffer: ArrayBuffer, shape: string): AssetStates {
  const [two = 0, count = 0] = shapeOf(shape, 2)
  if (two !== 2 || buffer.byteLength !== 8 * count)
    throw new Error(`${buffer.byteLength} bytes for ${shape}`)
  return {
    outageH: new Float32Array(buffer, 0, count),
    damagedShare: new Float32Array(buffer, 4 * count, count),
  }
}

/** Share without at a step in a zone; NaN where nobody is served. */
export function shareAt(of: Frames, step: number, zone: number): number {
  const byte = of.bytes[step * of.zones + zone] ?? NOBODY
  return byte === NOBODY ? NaN : byte / PER_ONE
}

/** Zones of one level with what is to be shown of them. */
export interface LevelValues {
  rows: number[]
  value: (zone: number) => number
}

/** Values by row of the zones table, of every level at once; NaN where nothing is known. */
export function byRow(levels: LevelValues[]): Float32Array {
  let most = -1
  for (const { rows } of levels) for (const row of rows) if (row > most) most = row
  const values = new Float32Array(most + 1).fill(NaN)
  // finer levels come last and do not overwrite what a coarser one said of the same row
  for (const { rows, value } of levels)
    rows.forEach((row, zone) => {
      if (row >= 0 && Number.isNaN(values[row])) values[row] = value(zone)
    })
  return values
}

/** The step that an hour lies in. */
export function stepAt(starts: number[], hour: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? Infinity) <= hour + 1e-9) low = middle
    else high = middle - 1
  }
  return low
}

/** The step at which least is served on average. */
export function worstStep(mean: number[]): number {
  let worst = 0
  mean.forEach((share, step) => {
    if (share < (mean[worst] ?? 1) - 1e-12) worst = step
  })
  return worst
}
