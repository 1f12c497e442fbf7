/** Which class of a scale a value falls into. */
import type { Scale } from './layers'

/** No value is held: the layer shows its colour for none. */
export const NONE = -1

/** The first class lies below the first break. */
export function classOf(value: number | undefined, breaks: Scale['breaks']): number {
  if (value === undefined || !Number.isFinite(value)) return NONE
  let found = 0
  while (found < breaks.length && value >= (breaks[found] ?? Infinity)) found += 1
  return found
}
