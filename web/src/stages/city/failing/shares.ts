/** Shares of people who lose a lifeline, for every zone from the ones that are told. */

export interface ZoneTable {
  parents: number[]
  people: number[]
}

export interface ZoneLoss {
  row: number
  people: Record<string, number>
}

/**
 * What zones lose goes up to those that contain them, and down to those that have no loss of
 * their own below one that is told. NaN where nobody lives.
 */
export function lostShares(table: ZoneTable, losses: ZoneLoss[], lifeline: string): Float64Array {
  const lost = lostPeople(table, losses, lifeline)
  const told = new Set(losses.map((one) => one.row))
  return Float64Array.from(table.people, (people, row) => {
    if (!people) return NaN
    const own = (lost[row] ?? 0) / people
    if (own > 0) return Math.min(own, 1)
    for (let up = table.parents[row] ?? -1; up >= 0; up = table.parents[up] ?? -1) {
      if (told.has(up)) return Math.min((lost[up] ?? 0) / (table.people[up] || 1), 1)
    }
    return 0
  })
}

/** People who lose a lifeline, by row; each loss is counted in every zone above as well. */
export function lostPeople(table: ZoneTable, losses: ZoneLoss[], lifeline: string): Float64Array {
  const lost = new Float64Array(table.people.length)
  for (const one of losses) {
    const people = one.people[lifeline] ?? 0
    for (let row = one.row; row >= 0; row = table.parents[row] ?? -1) lost[row]! += people
  }
  return lost
}

/** A value for each asset: 1 where it is dark, 2 where it failed itself, NaN else. */
export function darkness(count: number, dark: number[], failed: number[]): Float32Array {
  const values = new Float32Array(count).fill(NaN)
  for (const row of dark) values[row] = 1
  for (const row of failed) values[row] = 2
  return values
}
