// Which run the overview tells, and what it says of its place.
import { describe, expect, it, vi } from 'vitest'
import type { RankedOut } from '@/client'

vi.mock('@/words', () => ({
  i18n: {
    global: {
      t: (key: string, said: Record<string, unknown> = {}) => `${key} ${JSON.stringify(said)}`,
    },
  },
  lang: () => 'en',
  pick: (zh?: string, en?: string) => en || zh || '',
}))
vi.mock('@/stages/decide/saying', () => ({ lossOf: (value: number) => String(value) }))
const { lengthsSaid, lineOf, newestOf, placeSaid, shownOf } = await import('@/stages/home/ranking')

const run = (id: string, loss: number | null, at: string, horizon_h = 96) =>
  ({
    run: { id, at, scenario: '' },
    brief:
      loss === null
        ? null
        : {
            title: { zh: id, en: id },
            unit: 'people',
            horizon_h,
            loss_person_h: loss,
            lifeline: '',
          },
    fault: loss === null ? 'gone' : '',
  }) as unknown as RankedOut
const runs = [
  run('worst', 900, '2026-01-01T00:00:00Z'),
  run('mild', 10, '2026-03-01T00:00:00Z'),
  run('broken', null, '2026-02-01T00:00:00Z'),
]

describe('which run is told', () => {
  it('is the gravest unless the address names another', () => {
    expect(shownOf(runs, '')?.run.id).toBe('worst')
    expect(shownOf(runs, 'mild')?.run.id).toBe('mild')
    expect(shownOf(runs, 'nobody')?.run.id).toBe('worst')
    expect(shownOf([], 'mild')).toBeUndefined()
  })
  it('marks the newest in the list, which need not be the gravest', () => {
    expect(newestOf(runs)?.run.id).toBe('mild')
    const lines = runs.map((one) => lineOf(one, runs))
    expect(lines.map((line) => line.includes('home.newest'))).toEqual([false, true, false])
    expect(lines[0]).toContain('1. worst')
    expect(lines[2]).toContain('home.loss_unknown')
  })
  it('says its place among all, also among those that were not sent', () => {
    expect(placeSaid(runs[0]!, runs, 7)).toMatch(/^home\.worst_of .*"n":7/)
    expect(placeSaid(runs[1]!, runs, 7)).toMatch(/^home\.not_worst .*"place":2/)
    expect(placeSaid(runs[0]!, runs.slice(0, 1), 1)).toMatch(/^home\.only/)
  })
  it('warns where runs are of unlike length', () => {
    expect(lengthsSaid(runs)).toBe('')
    expect(lengthsSaid([...runs, run('long', 1, '2026-01-01T00:00:00Z', 720)])).toContain('30 d')
  })
})
