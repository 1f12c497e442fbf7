// Numbers as people of each language write them.
import { beforeEach, describe, expect, it, vi } from 'vitest'

let said: 'zh' | 'en' = 'zh'
vi.mock('@/words', () => ({ lang: () => said }))
const { big, bytes, count, hours, share, when, yuan } = await import('@/words/format')

describe('in Chinese', () => {
  beforeEach(() => {
    said = 'zh'
  })

  it.each([
    [924339, '92.4 万'],
    [9999, '9,999'],
    [123456789, '1.23 亿'],
    [0, '0'],
    [1.234, '1.23'],
    [-50000, '-5 万'],
  ])('writes %d as %s', (value, text) => expect(big(value)).toBe(text))

  it('writes lengths of time', () => {
    expect([0, 0.25, 1, 36, 72].map(hours)).toEqual([
      '0 小时',
      '15 分钟',
      '1 小时',
      '36 小时',
      '3 天',
    ])
  })

  it('writes money', () => expect(yuan(60_000_000)).toBe('6,000 万元'))
})

describe('in English', () => {
  beforeEach(() => {
    said = 'en'
  })

  it.each([
    [924339, '924 k'],
    [9999, '9,999'],
    [123456789, '123 M'],
    [2.5e9, '2.5 bn'],
  ])('writes %d as %s', (value, text) => expect(big(value)).toBe(text))
})

describe('what is not known', () => {
  it('is a dash, never NaN', () => {
    for (const write of [big, count, hours, share, yuan]) {
      for (const none of [null, undefined, NaN, Infinity]) expect(write(none)).toBe('–')
    }
  })
})

describe('an instant', () => {
  it('is told on the clock of the city', () => {
    expect(when('2026-01-01T00:30:00Z', 'Asia/Shanghai')).toBe('2026-01-01 08:30')
    expect(when('2026-01-01T00:30:00Z', 'America/Chicago')).toBe('2025-12-31 18:30')
  })

  it('falls back to UTC where the clock is unknown, and says so', () => {
    expect(when('2026-01-01T00:30:00Z', 'Moon/Base')).toBe('2026-01-01 00:30 UTC')
  })
})

it('sizes of files are short', () =>
  expect([0, 999, 1500, 6.2e6].map(bytes)).toEqual(['0 B', '999 B', '1.5 kB', '6.2 MB']))
