import { describe, expect, it } from 'vitest'
import { darkness, lostPeople, lostShares } from '@/stages/city/failing/shares'

// a city of two districts; the first has two grid cells, the second is empty
const TABLE = { parents: [-1, 0, 0, 1, 1], people: [100, 100, 0, 60, 40] }
const LOSSES = [{ row: 3, people: { water: 30 } }]

describe('people who lose a lifeline', () => {
  it('are counted in every zone above', () => {
    expect([...lostPeople(TABLE, LOSSES, 'water')]).toEqual([30, 30, 0, 30, 0])
    expect([...lostPeople(TABLE, LOSSES, 'power')]).toEqual([0, 0, 0, 0, 0])
  })

  it('are a share of residents, and none where nobody lives', () => {
    expect([...lostShares(TABLE, LOSSES, 'water')]).toEqual([0.3, 0.3, NaN, 0.5, 0])
  })

  it('are handed down to zones that have no loss of their own', () => {
    const losses = [{ row: 1, people: { water: 50 } }]
    expect([...lostShares(TABLE, losses, 'water')]).toEqual([0.5, 0.5, NaN, 0.5, 0.5])
  })
})

describe('assets', () => {
  it('are dark, failed themselves, or neither', () => {
    expect([...darkness(4, [1, 2], [2])]).toEqual([NaN, 1, 2, NaN])
  })
})
