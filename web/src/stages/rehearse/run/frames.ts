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

/** Assets that are ever out; those alike at every step share a series. */
export interface AssetFrames {
  rows: Int32Array
  series: Int32Array
  /** Series there are. */
  distinct: number
  steps: number
  /** A byte for each step and series: 200ths of the samples, or a state. */
  bytes: Uint8Array
  /** What shares are of; 1: states of one sample. */
  samples: number
}

/** States in one sample; 0: in service. */
export const DAMAGED = 1
export const CUT = 2
/** Without service even in the undamaged city. */
export const NEVER = 255

export function assetFrames(buffer: ArrayBuffer, shape: string, samples: number): AssetFrames {
  const [count = 0, distinct = 0, steps = 0] = shapeOf(shape, 3)
  if (buffer.byteLength !== 8 * count + distinct * steps)
    throw new Error(`${buffer.byteLength} bytes for ${shape}`)
  return {
    rows: new Int32Array(buffer, 0, count),
    series: new Int32Array(buffer, 4 * count, count),
    bytes: new Uint8Array(buffer, 8 * count),
    ...{ distinct, steps, samples },
  }
}

/** Shares of samples, or states, of every asset at a step by row; NaN: never in service. */
export function assetsAt(of: AssetFrames, step: number, count: number): Float32Array {
  const made = new Float32Array(count)
  const one = of.samples === 1 ? 1 : PER_ONE
  const now = of.bytes.subarray(step * of.distinct, (step + 1) * of.distinct)
  of.rows.forEach((row, n) => {
    const byte = now[of.series[n] ?? 0] ?? 0
    made[row] = byte === NEVER ? NaN : byte / one
  })
  return made
}

/** How many assets are out at a step, on the mean over the samples; `whole`: undamaged ones. */
export function countOut(of: AssetFrames, step: number): { out: number; whole: number } {
  const each = new Uint32Array(of.distinct)
  for (const series of of.series) each[series] = (each[series] ?? 0) + 1
  let out = 0
  let whole = 0
  each.forEach((assets, series) => {
    const byte = of.bytes[step * of.distinct + series] ?? 0
    if (byte === NEVER) return
    out += assets * (of.samples === 1 ? Number(byte > 0) : byte / PER_ONE)
    if (of.samples === 1 && byte === CUT) whole += assets
  })
  return { out, whole }
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
