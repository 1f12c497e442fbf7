// Arrays of a run, read as the server sends them.
import { describe, expect, it } from 'vitest'
import { onlyIn } from '@/stages/rehearse/compare/lines'
import {
  assetFrames,
  assetsAt,
  assetStates,
  byRow,
  countOut,
  frames,
  shareAt,
  stepAt,
  worstStep,
} from '@/stages/rehearse/run/frames'
import { cellsAt, cellsOut, squares } from '@/stages/rehearse/run/cells'
import { settledAt, stairs } from '@/stages/rehearse/run/stairs'
import { csvRows } from '@/stages/rehearse/run/trips'

describe('frames', () => {
  const read = frames(new Uint8Array([0, 100, 255, 200, 1, 0]).buffer, '2,3')

  it('are shares in 200ths by step and zone; 255 serves nobody', () => {
    expect(shareAt(read, 0, 1)).toBe(0.5)
    expect(shareAt(read, 1, 0)).toBe(1)
    expect(shareAt(read, 1, 1)).toBeCloseTo(0.005)
    expect(shareAt(read, 0, 2)).toBeNaN()
    expect(shareAt(read, 5, 0)).toBeNaN()
  })

  it('are refused where shape and bytes do not agree', () => {
    expect(() => frames(new ArrayBuffer(5), '2,3')).toThrow('2,3')
    expect(() => frames(new ArrayBuffer(0), '')).toThrow()
  })
})

describe('asset states', () => {
  it('are hours first, then shares of samples', () => {
    const said = assetStates(new Float32Array([1, 2, 3, 0.1, 0.2, 0.3]).buffer, '2,3')
    expect([...said.outageH]).toEqual([1, 2, 3])
    expect(said.damagedShare[2]).toBeCloseTo(0.3)
    expect(() => assetStates(new ArrayBuffer(8), '2,3')).toThrow()
  })
})

describe('assets over time', () => {
  // rows 1, 3 and 4; the first two alike; two steps
  const packed = (values: number[]): ArrayBuffer => {
    const ints = new Uint8Array(new Int32Array([1, 3, 4, 0, 0, 1]).buffer)
    return new Uint8Array([...ints, ...values]).buffer
  }
  const shares = assetFrames(packed([100, 255, 0, 255]), '3,2,2', 40)
  const states = assetFrames(packed([2, 1, 0, 255]), '3,2,2', 1)

  it('are shares of samples by row; what is never in service has none', () => {
    expect([...assetsAt(shares, 0, 6)]).toEqual([0, 0.5, 0, 0.5, NaN, 0])
    expect([...assetsAt(shares, 1, 6)]).toEqual([0, 0, 0, 0, NaN, 0])
    expect(countOut(shares, 0)).toEqual({ out: 1, whole: 0 })
  })

  it('are states in one sample', () => {
    expect([...assetsAt(states, 0, 5)]).toEqual([0, 2, 0, 2, 1])
    expect(countOut(states, 0)).toEqual({ out: 3, whole: 2 })
    expect(countOut(states, 1)).toEqual({ out: 0, whole: 0 })
  })

  it('are refused where shape and bytes do not agree', () => {
    expect(() => assetFrames(packed([1, 2, 3]), '3,2,2', 1)).toThrow('3,2,2')
    expect(() => assetFrames(new ArrayBuffer(0), '', 1)).toThrow()
  })
})

describe('squares', () => {
  const cells = {
    west: 120,
    north: 32,
    width_deg: 0.5,
    height_deg: 0.25,
    columns: [0, 2],
    rows: [0, 1],
    assets: [4, 10],
  }

  it('lie where their columns and rows say', () => {
    const [first, second] = squares(cells).features
    expect(first?.properties).toEqual({ i: 0 })
    expect(second?.geometry).toMatchObject({
      coordinates: [[[121, 31.75], [121.5, 31.75], [121.5, 31.5], [121, 31.5], [121, 31.75]]],
    }) // prettier-ignore
  })

  it('tell how many are out; what is never in service does not count', () => {
    const of = frames(new Uint8Array([100, 20, 50, 255]).buffer, '2,2')
    expect(cellsOut(cells, cellsAt(of, 0))).toBeCloseTo(3)
    expect(cellsOut(cells, cellsAt(of, 1))).toBeCloseTo(1)
  })
})

describe('values by row', () => {
  it('hold every level, and a finer one does not overwrite a coarser', () => {
    const values = byRow([
      { rows: [0], value: () => 9 },
      { rows: [3, -1, 0], value: (k) => k + 1 },
    ])
    expect([...values]).toEqual([9, NaN, NaN, 1])
    expect(byRow([])).toHaveLength(0)
  })
})

describe('steps', () => {
  const starts = [0, 0.75, 6, 12]
  it('are found by hour', () => {
    expect([0, 0.5, 0.75, 7, 99, -1].map((hour) => stepAt(starts, hour))).toEqual([
      0, 0, 1, 2, 3, 0,
    ])
    expect(stepAt([], 3)).toBe(0)
  })

  it('have a worst one, the first of equals', () => {
    expect(worstStep([1, 0.4, 0.4, 0.9])).toBe(1)
    expect(worstStep([])).toBe(0)
  })

  it('are stairs to the end of the run', () => {
    expect(stairs([0, 2], 5, [1, 0.5])).toEqual([[0, 1], [2, 1], [2, 0.5], [5, 0.5]]) // prettier-ignore
  })

  it('are cut where nothing changes any more', () => {
    const long = Array.from({ length: 100 }, (_, n) => n)
    const line = long.map((n) => (n < 10 ? 0.5 : 1))
    expect(settledAt(long, 100, [line])).toBeLessThan(20)
    expect(settledAt(long, 100, [long.map((n) => n / 100)])).toBe(100)
  })
})

describe('tables as text', () => {
  it('are read with quotes, marks and both ends of line', () => {
    expect(csvRows('\uFEFFa,b\r\n1,"x, ""y"""\r\n')).toEqual([{ a: '1', b: 'x, "y"' }])
    expect(csvRows('')).toEqual([])
  })

  it('differ by lines that only one has', () => {
    expect(onlyIn('# note\na = 1\nb = 2\nb = 2', 'a = 1\nb = 2')).toEqual(['b = 2'])
  })
})
