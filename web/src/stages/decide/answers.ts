/** What answers say, and what pages make of it. */
import { MADE_UP } from './programmeWords'
import type { Budget, N1Answer, Networks, RateAnswer } from '@/client'

/** As the server sends it: what has a default is always there. */
type Whole<T> = T extends (infer U)[]
  ? Whole<U>[]
  : T extends object
    ? { [K in keyof T]-?: Whole<Exclude<T[K], undefined>> }
    : T

export interface Both {
  zh: string
  en: string
}

export type Invest = Whole<Budget>
export type N1 = Whole<N1Answer>
export type Rate = Whole<RateAnswer>
export type NetworkMeasures = Whole<Networks>
export type SetTaken = Omit<Invest['greedy'], 'path' | 'rule' | 'rules'>
export type PointOfBudget = Invest['curve'][number]
export type Mean = Invest['measures'][number]['saved']
export type WorstAlone = N1['worst'][number]
export type Annual = Rate['aal']['total']
export type Exceedance = Rate['curves'][string]
export type Finding = N1['findings'][number]
export type OfCity = N1['city']

/** The best set of an answer: that of the exact search where it is better than the greedy one. */
export function bestSet(answer: Invest): SetTaken {
  const { exact, greedy } = answer
  return exact && exact.saved.mean > greedy.saved.mean ? exact : greedy
}

/** The set in the order in which it was chosen, as far as it was. */
export function inOrder(answer: Invest): string[] {
  const taken = bestSet(answer).chosen
  const path = answer.greedy.path.flatMap((step) => step.added).filter((id) => taken.includes(id))
  return [...path, ...taken.filter((id) => !path.includes(id))]
}

/** Whether the costs are said to be made up. */
export function madeUp(answer: Pick<Invest, 'title' | 'measures'>): boolean {
  const said = [answer.title, ...answer.measures.map((one) => one.title)]
  return said.some((one) => MADE_UP.test(`${one.zh} ${one.en}`))
}

/** Whether zero lies within the bounds, so that no effect can be told. */
export function unsure(saved: Mean): boolean {
  return saved.low !== null && saved.low <= 0 && (saved.high ?? 0) >= 0
}

/** The point of the curve that a budget buys: the dearest at most as large. */
export function boughtBy(curve: PointOfBudget[], budget: number): PointOfBudget | undefined {
  return curve
    .filter((point) => point.budget_yuan <= budget)
    .reduce<PointOfBudget | undefined>(
      (best, point) => (!best || point.budget_yuan > best.budget_yuan ? point : best),
      undefined,
    )
}

/** Key of the words for what an answer counts in. */
export function unitKey(unit: string): 'person' | 'person_a' | 'asset' | 'asset_a' {
  const asset = unit.startsWith('asset')
  const year = unit.endsWith('a year')
  if (asset) return year ? 'asset_a' : 'asset'
  return year ? 'person_a' : 'person'
}
