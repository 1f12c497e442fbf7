/** Values that hold from one step to the next, as the corners of stairs. */

export type Point = [x: number, y: number]

export function stairs(starts: number[], end: number, values: number[]): Point[] {
  return starts.flatMap((start, n): Point[] => {
    const value = values[n] ?? NaN
    return [
      [start, value],
      [starts[n + 1] ?? end, value],
    ]
  })
}

/** Stairs whose far part, in which nothing changes any more, is left out: the hour it ends. */
export function settledAt(starts: number[], end: number, lines: number[][]): number {
  let last = 0
  for (const line of lines)
    for (let n = line.length - 1; n > last; n--)
      if (Math.abs((line[n] ?? 0) - (line[n - 1] ?? 0)) > 5e-4) {
        last = n
        break
      }
  const at = starts[last + 1] ?? end
  return at > end * 0.6 ? end : Math.min(end, at * 1.25 + 1)
}
