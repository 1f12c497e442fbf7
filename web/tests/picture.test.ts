// Pictures that are taken along: how their words are laid out, and how their files are named.
import { describe, expect, it, vi } from 'vitest'

vi.mock('@/words', () => ({
  i18n: { global: { t: (key: string, said: { n?: number } = {}) => `${key}${said.n ?? ''}` } },
}))
const { flowing, wrapped } = await import('@/design/plate')
const { fileNameOf, lineOf, stemOf } = await import('@/design/origin')
const { classesOf } = await import('@/map/legends')

const wide = (text: string) => text.length
const run = {
  id: 'r1', city: 'demo-city', city_version: 2, scenario: 'typhoon', samples: 1000, seed: 7,
  digest: '0123456789abcdef',
} // prettier-ignore

describe('words on a picture', () => {
  it('break between words, and Chinese anywhere', () => {
    expect(wrapped('one two three', 8, wide)).toEqual(['one two', 'three'])
    expect(wrapped('先断的是电力', 4, wide)).toEqual(['先断的是', '电力'])
    expect(wrapped('a 很长的一行 b', 5, wide)).toEqual(['a 很长的', '一行 b'])
  })
  it('are all kept, also a word that is too long', () => {
    expect(wrapped('unbreakable id', 4, wide)).toEqual(['unbreakable', 'id'])
    expect(wrapped('', 4, wide)).toEqual([])
  })
  it('flow in lines', () => {
    expect(flowing([40, 40, 40, 120], 100)).toEqual([
      { line: 0, at: 0 },
      { line: 0, at: 40 },
      { line: 1, at: 0 },
      { line: 2, at: 0 },
    ])
  })
})

it('tells every class of a scale with its edges', () => {
  const rows = classesOf({ breaks: [1, 5], colours: ['a', 'b', 'c'] }, (edge) => `${edge} h`)
  expect(rows.map((row) => [row.colour, row.text])).toEqual([
    ['a', '< 1 h'],
    ['b', '1 h – 5 h'],
    ['c', '≥ 5 h'],
  ])
})

describe('where figures come from', () => {
  it('names files as the server names tables of a run', () => {
    const stem = 'demo-city-v2-typhoon-1000-samples-seed-7-01234567'
    expect(stemOf(run)).toBe(stem)
    expect(stemOf({ ...run, scenario: '', samples: 0, digest: '' })).toBe('demo-city-v2-r1')
    const source = { lines: [], stem }
    expect(fileNameOf(source, '供水: 断供的人/样本 · 无锡', 'png')).toBe(
      `${stem}-供水-断供的人-样本.png`,
    )
    expect(fileNameOf(undefined, 'How Power comes back', 'png')).toBe('How-Power-comes-back.png')
  })
  it('is told in a line, without what is not known', () => {
    const said = { scenario: 'T', samples: 1000, seed: 7, city: 'Wuxi', cityVersion: 2 }
    expect(lineOf(said)).toBe(
      'design.scenario T · 1,000 design.samples · design.seed 7 · Wuxi design.version2',
    )
    expect(lineOf({ city: 'Wuxi', cityVersion: 1, seed: 3 })).toBe('Wuxi design.version1')
  })
})
