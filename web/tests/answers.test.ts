// What pages make of answers.
import { expect, it } from 'vitest'
import {
  bestSet,
  boughtBy,
  inOrder,
  madeUp,
  unitKey,
  unsure,
  type Invest,
} from '@/stages/decide/answers'
import { rateFault } from '@/stages/decide/ask/members'
import { csvOf } from '@/stages/decide/read/taking'
import { termsWith } from '@/stages/guide/finding'

const saved = (mean: number) => ({ mean, low: mean - 1, high: mean + 1 })
const set = (chosen: string[], mean: number) => ({
  chosen,
  cost_yuan: 1,
  saved: saved(mean),
  saved_yuan: null,
  fresh: null,
  optimism: null,
})
const answer = (exact: ReturnType<typeof set> | null) =>
  ({
    greedy: {
      ...set(['a', 'b'], 10),
      path: [
        { added: ['b'], cost_yuan: 1, saved: saved(5) },
        { added: ['a'], cost_yuan: 2, saved: saved(10) },
      ],
    },
    exact,
  }) as unknown as Invest

it('takes the exact set only where it saves more', () => {
  expect(bestSet(answer(null)).chosen).toEqual(['a', 'b'])
  expect(bestSet(answer(set(['c'], 9))).chosen).toEqual(['a', 'b'])
  expect(bestSet(answer(set(['c', 'a'], 11))).chosen).toEqual(['c', 'a'])
})

it('tells the set in the order of choice, what the search added last', () => {
  expect(inOrder(answer(null))).toEqual(['b', 'a'])
  expect(inOrder(answer(set(['c', 'a'], 11)))).toEqual(['a', 'c'])
})

it('finds what a budget buys', () => {
  const point = (budget_yuan: number) => ({
    budget_yuan,
    chosen: [],
    cost_yuan: 0,
    saved: saved(budget_yuan),
  })
  const curve = [point(0), point(30), point(10)]
  expect(boughtBy(curve, 29)?.budget_yuan).toBe(10)
  expect(boughtBy(curve, 30)?.budget_yuan).toBe(30)
  expect(boughtBy([point(5)], 4)).toBeUndefined()
})

it('says when costs are made up, and when nothing can be told', () => {
  const title = { zh: '措施', en: 'Measures' }
  expect(madeUp({ title, measures: [] })).toBe(false)
  expect(madeUp({ title: { zh: '措施（虚构造价）', en: '' }, measures: [] })).toBe(true)
  expect(unsure({ mean: 1, low: -1, high: 3 })).toBe(true)
  expect(unsure({ mean: 2, low: 1, high: 3 })).toBe(false)
  expect(unsure({ mean: 2, low: null, high: null })).toBe(false)
})

it('knows every unit of an answer', () => {
  expect(
    ['person-hours', 'person-hours a year', 'asset-hours', 'asset-hours a year'].map(unitKey),
  ).toEqual(['person', 'person_a', 'asset', 'asset_a'])
})

it('wants yearly rates of all scenarios or of none', () => {
  expect(rateFault([], false)).toBe('pick_one')
  expect(rateFault([{ run: 'a' }], false)).toBeUndefined()
  expect(rateFault([{ run: 'a' }], true)).toBe('rates_needed')
  expect(rateFault([{ run: 'a', rate_per_a: 1 }, { run: 'b' }], false)).toBe('rates_all')
})

it('quotes what a table holds', () => {
  expect(csvOf([['a,b', 'say "x"', null, 1]])).toBe('"a,b","say ""x""",,1')
})

it('finds terms in both languages, those that are so named first', () => {
  expect(termsWith('种子')[0]).toBe('seed')
  expect(termsWith('return period')[0]).toBe('return_period')
  expect(termsWith('no such word')).toEqual([])
})
